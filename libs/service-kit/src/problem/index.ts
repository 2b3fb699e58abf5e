export { ProblemFilter, PROBLEM_SCHEMA } from './problem.filter.ts';
export { Problem, problemType, type FieldError, type ProblemDetails, type ProblemInit } from './problem.ts';
export { validationPipe } from './validation.pipe.ts';
