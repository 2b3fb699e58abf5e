/** What its user can mend: one line that says what is wrong, where, and what to do. Nx shows it without a stack, and ends with 1. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError';

  constructor(message: string) {
    super(message);
    // Nx offers a stack where there is one; here it would say nothing.
    this.stack = '';
  }
}
