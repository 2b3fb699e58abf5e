import { addPartitionsToTxnApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** AddPartitionsToTxn (key 24, KIP-98): clients use v0 to v3; v4 holds several transactions and can only look (KIP-890). */
export const addPartitionsToTxnHandler = defineHandler(addPartitionsToTxnApi, async (request, context) => {
  const transactions = await context.broker.transactions.get();
  return transactions.addPartitionsToTxn(request, context.apiVersion);
});
