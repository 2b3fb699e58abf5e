import { endTxnApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** EndTxn (key 26, KIP-98): commits or aborts; from v5 on the answer has the epoch of the next transaction (KIP-890). */
export const endTxnHandler = defineHandler(endTxnApi, async (request, context) => {
  const transactions = await context.broker.transactions.get();
  return transactions.endTxn(request, context.apiVersion);
});
