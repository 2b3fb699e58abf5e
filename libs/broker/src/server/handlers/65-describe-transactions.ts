import { describeTransactionsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DescribeTransactions (key 65, KIP-664). */
export const describeTransactionsHandler = defineHandler(describeTransactionsApi, async (request, { broker }) => {
  const transactions = await broker.transactions.peek();
  return transactions.describeTransactions(request);
});
