/**
 * The states of a transactional id, by the numbers and names of Kafka's log and of ListTransactions.
 *
 *     Empty ──► Ongoing ──► PrepareCommit ──► CompleteCommit ──► Ongoing or Empty
 *                      └──► PrepareAbort  ──► CompleteAbort  ──► Ongoing or Empty
 *
 * Prepare… is the decision: once it is durable, markers are written until all partitions have one. Dead and PrepareEpochFence are
 * Kafka's in memory only; they are known here as filters.
 */
export const TransactionState = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const;

export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];

const names = new Map<number, string>(Object.entries(TransactionState).map(([name, state]) => [state, name]));

export function stateName(state: TransactionState): string {
  return names.get(state)!;
}

/** Whether records can hold the state. */
export function isRecordedState(state: number): state is TransactionState {
  return state >= TransactionState.Empty && state <= TransactionState.CompleteAbort;
}

/** Whether the outcome is decided and markers are being written. */
export function isPrepared(state: TransactionState): boolean {
  return state === TransactionState.PrepareCommit || state === TransactionState.PrepareAbort;
}
