/**
 * What requests of services have in common: fields with their checks and their line in the OpenAPI document, versions as
 * entity tags, and the `Idempotency-Key` header.
 */
export { entityTag, expectedVersionOf, versionDiffers } from './entity-tag.ts';
export { Amount, Currency, Id, instantOf, Moment, momentOf, OccurredAt, Text, type FieldOptions } from './fields.ts';
export { IdempotencyKey, idempotencyKeyHeader } from './idempotency-key.ts';
export { isPlainId, isPlainMoment } from './plain-fields.ts';
