/**
 * Avro as the contracts take it: avsc's types, with a TypeScript form for every logical type and union.
 *
 *     decimal                              Decimal          '12.50', exact, as many digits as the scale
 *     date                                 LocalDate        '2018-03-12'
 *     time-millis, time-micros             LocalTime        '18:44:15.123'
 *     timestamp-millis                     Date
 *     timestamp-micros                     TimestampMicros  '2018-03-12T18:44:15.123456Z'
 *     local-timestamp-millis, -micros      LocalDateTime    '2018-03-12T18:44:15.123'
 *     uuid                                 Uuid
 *     duration                             Duration         { months, days, milliseconds }
 *     ["null", T]                          T | null
 *     a union of more                      { type: 'A', … } | { type: 'long', value: number } | null
 *
 * (Avro 1.12 specification, Logical Types and Unions.) Values are exact both ways or refused: nothing is rounded, and a logical
 * type is never read as another.
 */
export { branchTagOf, type SchemaNode, type SchemaObject } from './branch-tag.ts';
export type { LocalDate, LocalDateTime, LocalTime, TimestampMicros } from './calendar-types.ts';
export { compileReader, compileView, compileWriter, logicalTypeNames } from './compile-schema.ts';
export type { Decimal } from './decimal.ts';
export type { Duration } from './duration.ts';
export type { Uuid } from './uuid.ts';
export { wrongValues } from './wrong-values.ts';
