import { offsetsTopicName } from '../../group/index.ts';
import { ErrorCode, KafkaError, txnOffsetCommitApi, type TxnOffsetCommitRequest } from '../../protocol/index.ts';
import type { TransactionCoordinator } from '../../transaction/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** First version whose clients know TRANSACTION_ABORTABLE, and the first of transactions V2. */
const ABORTABLE_VERSION = 4;
const IMPLICIT_VERSION = 5;

/**
 * TxnOffsetCommit (key 28, KIP-98): offsets that count when the transaction is committed. v3 adds member and generation
 * (KIP-447); from v5 on the group's partition is taken into the transaction too (KIP-890).
 */
export const txnOffsetCommitHandler = defineHandler(txnOffsetCommitApi, async (request, context) => {
  const { broker, apiVersion } = context;
  const groups = await broker.groups.get();
  const transactions = await broker.transactions.get();
  const errorCode = await admit(transactions, request, groups.partitionOf(request.groupId), apiVersion);
  if (errorCode === ErrorCode.NONE) return groups.txnOffsetCommit(request, groupContext(context));
  return groups.refuseTxnOffsetCommit(request, errorCode);
});

/** The offsets' partition must be in the transaction, else nothing would ever decide them. */
async function admit(
  transactions: TransactionCoordinator,
  request: TxnOffsetCommitRequest,
  partition: number,
  apiVersion: number,
): Promise<ErrorCode> {
  const { transactionalId } = request;
  let errorCode: ErrorCode = ErrorCode.NONE;
  if (apiVersion >= IMPLICIT_VERSION) {
    try {
      await transactions.addImplicitly(transactionalId, request, offsetsTopicName, partition);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      errorCode = error.code;
    }
  } else errorCode = transactions.verify(transactionalId, request, offsetsTopicName, partition);
  if (errorCode === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  const isTooNew = errorCode === ErrorCode.TRANSACTION_ABORTABLE && apiVersion < ABORTABLE_VERSION;
  return isTooNew ? ErrorCode.INVALID_TXN_STATE : errorCode;
}
