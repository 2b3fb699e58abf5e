/** The workspace cannot be made, for a reason that its user can mend. The message is one line: what is wrong, where, and what to do. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}
