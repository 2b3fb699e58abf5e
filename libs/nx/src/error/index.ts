/** Failures of generators that their user can mend. */
export { GeneratorError } from './generator-error.ts';
