/** The kinds of field that requests of this service have, each with its checks and its line in the OpenAPI document. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Length, Matches } from 'class-validator';

type FieldOptions = Pick<ApiPropertyOptions, 'description' | 'example'> & { readonly required?: boolean };

const idPattern = /^[A-Za-z0-9._~:-]+$/;

/** An identifier that a client chose: 1 to 100 characters that need no escaping in a path. */
export function Id(options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...options,
      type: String,
      minLength: 1,
      maxLength: 100,
      pattern: idPattern.source,
    }),
    ...optionalUnless(options.required),
    Length(1, 100),
    Matches(idPattern, { message: '$property may hold letters, digits and . _ ~ : - only' }),
  );
}

/** Text for people. PostgreSQL stores no NUL character. */
export function Text(maxLength: number, options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, minLength: 1, maxLength }),
    ...optionalUnless(options.required),
    Length(1, maxLength),
    Matches(/^[^\0]*$/, { message: '$property must not hold a NUL character' }),
  );
}

/** When it happened, for reports that come late or are replayed; now when it is left out. */
export function OccurredAt(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: String,
      format: 'date-time',
      required: false,
      description: 'when it happened, ISO 8601 with a zone; now by default',
    }),
    IsOptional(),
    IsISO8601({ strict: true }),
    Matches(/(Z|[+-]\d{2}:?\d{2})$/, { message: 'occurredAt must name its zone, for example 2026-11-21T12:00:00Z' }),
  );
}

function optionalUnless(required: boolean | undefined): PropertyDecorator[] {
  return required === false ? [IsOptional()] : [];
}

/** An `OccurredAt` field as ISO 8601 in UTC, with now for an absent one. */
export function instantOf(occurredAt: string | undefined): string {
  return (occurredAt === undefined ? new Date() : new Date(occurredAt)).toISOString();
}
