/** A command that cannot be carried out. The message is for the terminal: what was wrong, and what to do. */
export class OperateError extends Error {
  override readonly name = 'OperateError';
}
