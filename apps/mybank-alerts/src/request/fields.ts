/** The kinds of field that requests of this service have, each with its checks and its line in the OpenAPI document. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Length, Matches } from 'class-validator';

type FieldOptions = Pick<ApiPropertyOptions, 'description' | 'example'> & { readonly required?: boolean };

const idPattern = /^[A-Za-z0-9._~:-]+$/;

/** An identifier that a client chose: 1 to 200 characters that need no escaping in a path. */
export function Id(options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, minLength: 1, maxLength: 200, pattern: idPattern.source }),
    ...optionalUnless(options.required),
    Length(1, 200),
    Matches(idPattern, { message: '$property may hold letters, digits and . _ ~ : - only' }),
  );
}

/** A code of ISO 4217, in capitals. */
export function Currency(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, pattern: '^[A-Z]{3}$', example: 'GBP', description: 'ISO 4217' }),
    Matches(/^[A-Z]{3}$/, { message: '$property must be three capital letters (ISO 4217)' }),
  );
}

const amountPattern = /^\d{1,16}(\.\d{1,2})?$/;

/** Money as text, so that no penny is lost on the way: up to 16 digits and two decimals. */
export function Amount(options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, pattern: amountPattern.source, example: '1000.00' }),
    Matches(amountPattern, { message: '$property must be a text such as 1000.00: at most 16 digits and two decimals' }),
  );
}

/** A moment, ISO 8601 with its zone. */
export function Moment(options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...options, type: String, format: 'date-time' }),
    ...optionalUnless(options.required),
    IsISO8601({ strict: true }),
    Matches(/(Z|[+-]\d{2}:?\d{2})$/, { message: '$property must name its zone, for example 2020-06-01T12:00:00Z' }),
  );
}

function optionalUnless(required: boolean | undefined): PropertyDecorator[] {
  return required === false ? [IsOptional()] : [];
}
