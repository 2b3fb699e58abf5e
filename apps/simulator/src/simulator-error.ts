/**
 * A failure that the user can mend: a missing folder, a broken file, a demo that does not run. Its message is one line
 * that says what and where, and what to do. Shown without a stack.
 */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
