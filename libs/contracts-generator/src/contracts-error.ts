/** A mistake in schemas/ or drift from it: one line per problem, each with its file. Fix the file; a retry does not help. */
export class ContractsError extends Error {
  override readonly name = 'ContractsError';
  readonly code = 'CONTRACTS_INVALID';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
