/** DescribeTransactions and ListTransactions (KIP-664): what operators see of transactional ids. */
import { ErrorCode } from '../protocol/index.ts';
import type { DescribeTransactionsResponse, ListTransactionsRequest, ListTransactionsResponse } from './messages.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import type { TransactionPorts } from './transaction-ports.ts';
import { stateName, TransactionState } from './transaction-state.ts';

type DescribedTransaction = DescribeTransactionsResponse['transactionStates'][number];
type ListedTransaction = ListTransactionsResponse['transactionStates'][number];

export function describeTransaction(metadata: TransactionMetadata): DescribedTransaction {
  return {
    errorCode: ErrorCode.NONE,
    transactionalId: metadata.transactionalId,
    transactionState: stateName(metadata.state),
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStartTimeMs: metadata.startMs,
    producerId: metadata.producerId,
    producerEpoch: metadata.producerEpoch,
    topics: Array.from(metadata.partitions, ([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  };
}

export function refuseDescription(transactionalId: string, errorCode: ErrorCode): DescribedTransaction {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}

const stateNames: readonly string[] = Object.keys(TransactionState);

/** The filters that name no state; the others still count. */
export function unknownStates({ stateFilters }: ListTransactionsRequest): string[] {
  return stateFilters.filter((name) => !stateNames.includes(name));
}

/** Whether an id belongs in the list. @throws KafkaError for a pattern that is no regular expression. */
export function listFilter(
  request: ListTransactionsRequest,
  nowMs: number,
  ports: TransactionPorts,
): (known: TransactionMetadata) => boolean {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request;
  const states = stateFilters.filter((name) => stateNames.includes(name));
  const pattern =
    transactionalIdPattern === null || transactionalIdPattern === ''
      ? undefined
      : ports.compilePattern(transactionalIdPattern);
  return (known) => {
    // Only filters that nobody knows select nothing.
    if (stateFilters.length > 0 && !states.includes(stateName(known.state))) return false;
    if (producerIdFilters.length > 0 && !producerIdFilters.includes(known.producerId)) return false;
    if (durationFilter >= 0 && nowMs - known.startMs <= durationFilter) return false;
    return pattern === undefined || pattern.matches(known.transactionalId);
  };
}

export function listTransaction({ transactionalId, producerId, state }: TransactionMetadata): ListedTransaction {
  return { transactionalId, producerId, transactionState: stateName(state) };
}
