import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Problem, type FieldError } from './problem.ts';

/** Unknown fields are refused. */
const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

const UNKNOWN_FIELD = 'whitelistValidation';

/**
 * Turns bodies, queries and path parameters into their DTO classes and checks them with class-validator. Unknown fields
 * are refused, since a misspelt optional field would otherwise be dropped in silence. A failure is a 400 problem whose
 * `errors` name every wrong field.
 */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    ...strict,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationProblem(errors),
  });
}

/**
 * Reads a value as a DTO class, as the pipe does with a whole body: for items of a list that are answered one by one.
 * @throws Problem 400 `validation-failed`, naming every wrong field.
 */
export function readAs<T extends object>(type: new () => T, value: unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw Problem.badRequest('validation-failed', 'An object is needed.');
  const read = plainToInstance(type, value);
  const errors = validateSync(read, strict);
  if (errors.length > 0) throw validationProblem(errors);
  return read;
}

function validationProblem(errors: readonly ValidationError[]): Problem {
  const fields = errors.flatMap((error) => fieldErrors(error, []));
  const names = [...new Set(fields.map((field) => field.field))];
  const detail = `The request has ${names.length === 1 ? 'a wrong field' : `${names.length} wrong fields`}: ${names.join(', ')}.`;
  return Problem.badRequest('validation-failed', detail, fields);
}

function fieldErrors(error: ValidationError, parents: readonly string[]): FieldError[] {
  const path = [...parents, error.property];
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    field: path.join('.'),
    pointer: `#/${path.map(escapePointer).join('/')}`,
    detail: constraint === UNKNOWN_FIELD ? `${error.property} is no field of this request` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

/** RFC 6901: `~` and `/` inside a token. */
function escapePointer(token: string): string {
  return encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'));
}
