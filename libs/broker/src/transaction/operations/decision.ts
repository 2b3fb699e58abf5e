import type { ErrorCode } from '../../protocol/index.ts';
import type { TransactionMetadata } from '../transaction-metadata.ts';

/** What an operation on a transactional id decided. */
export type Decision =
  | { readonly kind: 'refuse'; readonly errorCode: ErrorCode }
  /** Nothing changes; the answer is the state as it is. */
  | { readonly kind: 'keep'; readonly metadata: TransactionMetadata }
  | { readonly kind: 'change'; readonly metadata: TransactionMetadata }
  /** A new producer id is needed first; then the decision is made again. */
  | { readonly kind: 'needsProducerId' };

export function refuse(errorCode: ErrorCode): Decision {
  return { kind: 'refuse', errorCode };
}
