/** The kinds of field that requests of several services have, each with its checks and its line in the OpenAPI document. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Length, Matches } from 'class-validator';

/** What the OpenAPI document says of a field; `required: false` lets it be left out. */
export type FieldOptions = Pick<ApiPropertyOptions, 'description' | 'example'> & { readonly required?: boolean };

const idPattern = /^[A-Za-z0-9._~:-]+$/;

/** An identifier that somebody else chose: 1 to 100 characters (or `maxLength`) that need no escaping in a path, and no `|`. */
export function Id({
  maxLength = 100,
  ...options
}: FieldOptions & { readonly maxLength?: number } = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, minLength: 1, maxLength, pattern: idPattern.source }),
    ...optionalUnless(options.required),
    Length(1, maxLength),
    Matches(idPattern, { message: '$property may hold letters, digits and . _ ~ : - only' }),
  );
}

/** Text for people. PostgreSQL stores no NUL character. */
export function Text(maxLength: number, options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, minLength: 1, maxLength }),
    ...optionalUnless(options.required),
    Length(1, maxLength),
    Matches(/^[^\0]*$/, { message: '$property must not hold a NUL character' }),
  );
}

/** A code of ISO 4217, in capitals. */
export function Currency(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, pattern: '^[A-Z]{3}$', example: 'GBP', description: 'ISO 4217' }),
    Matches(/^[A-Z]{3}$/, { message: '$property must be three capital letters (ISO 4217)' }),
  );
}

/** Money as text, so that no penny is lost on the way: up to 16 digits and two decimals, below zero only where `signed`. */
export function Amount({
  signed = false,
  ...options
}: FieldOptions & { readonly signed?: boolean } = {}): PropertyDecorator {
  const pattern = signed ? /^-?\d{1,16}(\.\d{1,2})?$/ : /^\d{1,16}(\.\d{1,2})?$/;
  const example = signed ? '-12.50' : '1000.00';
  return applyDecorators(
    ApiProperty({ example, ...options, type: String, pattern: pattern.source }),
    ...optionalUnless(options.required),
    Matches(pattern, { message: `$property must be a text such as ${example}: at most 16 digits and two decimals` }),
  );
}

/** A moment, ISO 8601 with its zone. */
export function Moment(options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, format: 'date-time' }),
    ...optionalUnless(options.required),
    IsISO8601({ strict: true }),
    Matches(/(Z|[+-]\d{2}:?\d{2})$/, { message: '$property must name its zone, for example 2026-11-21T12:00:00Z' }),
  );
}

/** When it happened, for reports that come late or are replayed; now when it is left out. */
export const OccurredAt = (): PropertyDecorator =>
  Moment({ required: false, description: 'when it happened, ISO 8601 with a zone; now by default' });

function optionalUnless(required: boolean | undefined): PropertyDecorator[] {
  return required === false ? [IsOptional()] : [];
}

/** The moment of an `OccurredAt` field, with now for an absent one. */
export function momentOf(occurredAt: string | undefined): Date {
  return occurredAt === undefined ? new Date() : new Date(occurredAt);
}

/** An `OccurredAt` field as ISO 8601 in UTC, with now for an absent one. */
export function instantOf(occurredAt: string | undefined): string {
  return momentOf(occurredAt).toISOString();
}
