import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem, type FieldError } from './problem.ts';

const UNKNOWN_FIELD = 'whitelistValidation';

/**
 * Turns bodies, queries and path parameters into their DTO classes and checks them with class-validator. Unknown fields
 * are refused, since a misspelt optional field would otherwise be dropped in silence. A failure is a 400 problem whose
 * `errors` name every wrong field.
 */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationProblem(errors),
  });
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
