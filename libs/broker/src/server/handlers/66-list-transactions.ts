import { listTransactionsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** ListTransactions (key 66, KIP-664): v1 by duration (KIP-994), v2 by a pattern of the id (KIP-1152). */
export const listTransactionsHandler = defineHandler(listTransactionsApi, async (request, { broker }) => {
  const transactions = await broker.transactions.peek();
  return transactions.listTransactions(request);
});
