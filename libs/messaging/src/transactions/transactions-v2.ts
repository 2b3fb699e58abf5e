/**
 * The requests that transactions V2 (KIP-890) has in newer versions: a partition belongs to the transaction once a batch is produced
 * to it, and a group once its offsets are committed, without a request before. Every end takes the next epoch, so that nothing of one
 * transaction is ever taken for a part of the next.
 */
import { RequestBody, type WireConnection } from '../log-reader/index.ts';
import { keys, type BatchToProduce, type ProducedBatch, type ProducerIdentity } from './producer-api.ts';

const apiVersionsVersion = 3;
const produceVersion = 12;
const endVersion = 5;
const finalizedFeaturesTag = 2;
const clientSoftware = ['headwater', '1'] as const;

/** Whether the cluster has transactions V2 in use: then each of its brokers serves the versions below. */
export async function hasTransactionsV2(connection: WireConnection): Promise<boolean> {
  const [name, version] = clientSoftware;
  const request = new RequestBody().noTags().compactString(name).compactString(version).noTags();
  // The one answer whose header has no tags, so that any client understands a refusal (KIP-511).
  const body = await connection.request(keys.apiVersions, apiVersionsVersion, request.bytes());
  if (body.int16() !== 0) return false;
  body.compactArray(() => {
    body.skip(6); // key, lowest and highest version
    body.tags();
  });
  body.int32();
  const finalized = new Map<string, number>();
  body.tags((tag) => {
    if (tag !== finalizedFeaturesTag) return;
    body.compactArray(() => {
      finalized.set(body.compactString(), body.int16());
      body.int16();
      body.tags();
    });
  });
  return (finalized.get('transaction.version') ?? 0) >= 2;
}

/** `acks=all`; adds the partitions to the transaction. */
export async function produceV2(
  connection: WireConnection,
  transactionalId: string,
  batches: readonly BatchToProduce[],
  timeoutMs: number,
): Promise<ProducedBatch[]> {
  const request = new RequestBody().noTags().compactString(transactionalId).int16(-1).int32(timeoutMs);
  request.compactArray([...Map.groupBy(batches, ({ topic }) => topic)], ([topic, ofTopic]) => {
    request.compactString(topic);
    request.compactArray(ofTopic, ({ partition, batch }) => request.int32(partition).compactBytes(batch).noTags());
    request.noTags();
  });
  request.noTags();
  const body = await connection.request(keys.produce, produceVersion, request.bytes());
  body.tags();
  return body
    .compactArray(() => {
      const topic = body.compactString();
      const ofTopic = body.compactArray((): ProducedBatch => {
        const produced = { topic, partition: body.int32(), errorCode: body.int16() };
        body.skip(24); // base offset, time, log start
        body.compactArray(() => {
          body.int32();
          body.compactString();
          body.tags();
        });
        body.compactString();
        body.tags();
        return produced;
      });
      body.tags();
      return ofTopic;
    })
    .flat();
}

/** The identity is of the next transaction, where there is no error. */
export async function endTransactionV2(
  connection: WireConnection,
  transactionalId: string,
  { producerId, epoch }: ProducerIdentity,
  isCommit: boolean,
): Promise<ProducerIdentity & { readonly errorCode: number }> {
  const request = new RequestBody().noTags().compactString(transactionalId).int64(producerId).int16(epoch);
  request.int8(isCommit ? 1 : 0).noTags();
  const body = await connection.request(keys.endTransaction, endVersion, request.bytes());
  body.tags();
  body.int32();
  return { errorCode: body.int16(), producerId: body.int64(), epoch: body.int16() };
}
