/**
 * | code | when | retry |
 * |---|---|---|
 * | LAKE_FENCED | another task writes this partition now; what is unfinished here is dropped | begins anew |
 * | LAKE_UNREACHABLE | the folder or the store did not do what was asked | helps |
 * | LAKE_MISMATCH | the lake holds what the topic does not: another topic's data, or a topic that was created anew | no |
 */
export type LakeErrorCode = 'LAKE_FENCED' | 'LAKE_UNREACHABLE' | 'LAKE_MISMATCH';

/** An expected failure of the lake. */
export class LakeError extends Error {
  override readonly name = 'LakeError';
  readonly retriable: boolean;

  constructor(
    readonly code: LakeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = code !== 'LAKE_MISMATCH';
  }
}
