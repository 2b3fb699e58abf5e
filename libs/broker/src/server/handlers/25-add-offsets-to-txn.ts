import { offsetsTopicName } from '../../group/index.ts';
import { addOffsetsToTxnApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** AddOffsetsToTxn (key 25, KIP-98): takes the partition that keeps the group's offsets into the transaction. */
export const addOffsetsToTxnHandler = defineHandler(addOffsetsToTxnApi, async (request, { broker, apiVersion }) => {
  const groups = await broker.groups.get();
  const transactions = await broker.transactions.get();
  const place = { topic: offsetsTopicName, partition: groups.partitionOf(request.groupId) };
  return transactions.addOffsetsToTxn(request, apiVersion, place);
});
