/**
 * The demo cannot start, for a reason that its user can mend. The message is one line: what is wrong, where, and what to
 * do. Shown without a stack, exit code 1.
 */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
