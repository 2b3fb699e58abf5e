/**
 * The requests of a transactional producer, in versions that every broker since Kafka 2.5 serves. Those that transactions V2 has in
 * other versions are in `transactions-v2.ts`.
 */
import type { GroupMembership } from '../client/index.ts';
import { RequestBody, type ResponseBody, type WireConnection } from '../log-reader/index.ts';

export const keys = {
  produce: 0,
  apiVersions: 18,
  findCoordinator: 10,
  initProducerId: 22,
  addPartitions: 24,
  addOffsets: 25,
  endTransaction: 26,
  offsetCommit: 28,
} as const;
const produceVersion = 7;

export interface ProducerIdentity {
  readonly producerId: number;
  readonly epoch: number;
}

export interface Coordinator {
  readonly errorCode: number;
  readonly host: string;
  readonly port: number;
}

/** A batch and where it goes. */
export interface BatchToProduce {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

export interface ProducedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

export async function findCoordinator(
  connection: WireConnection,
  name: string,
  kind: 'group' | 'transaction',
): Promise<Coordinator> {
  const request = new RequestBody().string(name).int8(kind === 'group' ? 0 : 1);
  const body = await connection.request(keys.findCoordinator, 1, request.bytes());
  body.int32();
  const errorCode = body.int16();
  body.nullableString();
  body.int32();
  return { errorCode, host: body.string(), port: body.int32() };
}

export async function initProducerId(
  connection: WireConnection,
  transactionalId: string | undefined,
  timeoutMs: number,
): Promise<ProducerIdentity & { readonly errorCode: number }> {
  const request = new RequestBody();
  if (transactionalId === undefined) request.int16(-1);
  else request.string(transactionalId);
  request.int32(timeoutMs);
  const body = await connection.request(keys.initProducerId, 1, request.bytes());
  body.int32();
  return { errorCode: body.int16(), producerId: body.int64(), epoch: body.int16() };
}

/** Answers the first error among the partitions; 0 when there is none. */
export async function addPartitions(
  connection: WireConnection,
  transactionalId: string,
  producer: ProducerIdentity,
  partitions: ReadonlyMap<string, readonly number[]>,
): Promise<number> {
  const request = producerRequest(transactionalId, producer);
  request.array([...partitions], ([topic, numbers]) => {
    request.string(topic).array(numbers, (partition) => request.int32(partition));
  });
  return firstError(await connection.request(keys.addPartitions, 1, request.bytes()));
}

export async function addOffsets(
  connection: WireConnection,
  transactionalId: string,
  producer: ProducerIdentity,
  groupId: string,
): Promise<number> {
  const request = producerRequest(transactionalId, producer).string(groupId);
  const body = await connection.request(keys.addOffsets, 1, request.bytes());
  body.int32();
  return body.int16();
}

/** 3 names the member and its generation (KIP-447); 5, encoded the same, adds the group to the transaction too (KIP-890). */
export type OffsetCommitVersion = 3 | 5;

/** Answers the first error among the partitions; 0 when there is none. */
export async function commitOffsets(
  connection: WireConnection,
  version: OffsetCommitVersion,
  transactionalId: string,
  producer: ProducerIdentity,
  { groupId, generation, memberId }: GroupMembership,
  offsets: { readonly topic: string; readonly byPartition: ReadonlyMap<number, bigint> },
): Promise<number> {
  const request = new RequestBody().noTags().compactString(transactionalId).compactString(groupId);
  request.int64(producer.producerId).int16(producer.epoch).int32(generation).compactString(memberId);
  request.uvarint(0); // no group instance
  request.compactArray([offsets], ({ topic, byPartition }) => {
    request.compactString(topic).compactArray([...byPartition], ([partition, offset]) => {
      request.int32(partition).int64(Number(offset)).int32(-1).uvarint(0).noTags(); // no epoch, no metadata
    });
    request.noTags();
  });
  request.noTags();
  const body = await connection.request(keys.offsetCommit, version, request.bytes());
  body.tags();
  body.int32();
  const codes = body.compactArray(() => {
    body.compactString();
    const ofTopic = body.compactArray(() => {
      body.int32();
      const code = body.int16();
      body.tags();
      return code;
    });
    body.tags();
    return ofTopic;
  });
  return codes.flat().find((code) => code !== 0) ?? 0;
}

export async function endTransaction(
  connection: WireConnection,
  transactionalId: string,
  producer: ProducerIdentity,
  isCommit: boolean,
): Promise<number> {
  const request = producerRequest(transactionalId, producer).int8(isCommit ? 1 : 0);
  const body = await connection.request(keys.endTransaction, 1, request.bytes());
  body.int32();
  return body.int16();
}

/** `acks=all`. */
export async function produce(
  connection: WireConnection,
  transactionalId: string | undefined,
  batches: readonly BatchToProduce[],
  timeoutMs: number,
): Promise<ProducedBatch[]> {
  const request = new RequestBody();
  if (transactionalId === undefined) request.int16(-1);
  else request.string(transactionalId);
  request.int16(-1).int32(timeoutMs);
  request.array([...Map.groupBy(batches, ({ topic }) => topic)], ([topic, ofTopic]) => {
    request.string(topic).array(ofTopic, ({ partition, batch }) => request.int32(partition).bytesField(batch));
  });
  const body = await connection.request(keys.produce, produceVersion, request.bytes());
  return body
    .array(() => {
      const topic = body.string();
      return body.array(() => {
        const partition = body.int32();
        const errorCode = body.int16();
        body.int64();
        body.int64();
        body.int64();
        return { topic, partition, errorCode };
      });
    })
    .flat();
}

function producerRequest(transactionalId: string, { producerId, epoch }: ProducerIdentity): RequestBody {
  return new RequestBody().string(transactionalId).int64(producerId).int16(epoch);
}

function firstError(body: ResponseBody): number {
  body.int32();
  const codes = body.array(() => {
    body.string();
    return body.array(() => {
      body.int32();
      return body.int16();
    });
  });
  return codes.flat().find((code) => code !== 0) ?? 0;
}
