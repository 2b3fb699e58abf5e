/** An expected failure of the lake. */
export class LakeError extends Error {
  override readonly name = 'LakeError';
  readonly retriable: boolean;

  constructor(
    /**
     * `LAKE_FENCED`: another task writes this partition now; what is unfinished here is dropped. A retry begins anew.
     * `LAKE_UNREACHABLE`: the folder or the store did not do what was asked; a retry may do.
     * `LAKE_MISMATCH`: the lake holds what the topic does not: another topic's data, or a topic that was created anew.
     */
    readonly code: 'LAKE_FENCED' | 'LAKE_UNREACHABLE' | 'LAKE_MISMATCH',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = code !== 'LAKE_MISMATCH';
  }
}
