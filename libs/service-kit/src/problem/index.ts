/** Failures as RFC 9457 problem documents, and the validation that finds wrong requests. */
export { ProblemFilter, PROBLEM_SCHEMA } from './problem.filter.ts';
export { Problem, problemType, type FieldError, type ProblemDetails, type ProblemInit } from './problem.ts';
export { readAs, validationPipe } from './validation.pipe.ts';
