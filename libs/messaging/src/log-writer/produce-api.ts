/** Produce and InitProducerId, in versions that brokers from 1.0 to 4.x serve, and what their errors mean. */
import { type ResponseBody, RequestBody } from '../log-reader/index.ts';
import { WriteFailure } from '../client/index.ts';
import type { ProducerState } from './record-batch.ts';

export const produceApi = { key: 0, version: 7 } as const;
export const initProducerIdApi = { key: 22, version: 1 } as const;

/** The same batch was taken before. */
const duplicateSequence = 46;
/** The broker will never take these records: errors about them, or about who writes them. */
const refusals = new Set([2, 10, 17, 18, 21, 29, 31, 32, 43, 87]);
/** The producer id or its sequence numbers are of no more use. */
const producerLost = new Set([45, 47, 49, 59, 90]);

const names: Readonly<Record<number, string>> = {
  2: 'CORRUPT_MESSAGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  10: 'MESSAGE_TOO_LARGE',
  17: 'INVALID_TOPIC_EXCEPTION',
  18: 'RECORD_LIST_TOO_LARGE',
  19: 'NOT_ENOUGH_REPLICAS',
  20: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  31: 'CLUSTER_AUTHORIZATION_FAILED',
  32: 'INVALID_TIMESTAMP',
  43: 'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  45: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  47: 'INVALID_PRODUCER_EPOCH',
  49: 'INVALID_PRODUCER_ID_MAPPING',
  56: 'KAFKA_STORAGE_ERROR',
  59: 'UNKNOWN_PRODUCER_ID',
  87: 'INVALID_RECORD',
  90: 'PRODUCER_FENCED',
};

/** Undefined when the records are in the log. */
export function failureOf(topic: string, partition: number, code: number): WriteFailure | undefined {
  if (code === 0 || code === duplicateSequence) return undefined;
  const then = refusals.has(code) ? 'refused' : producerLost.has(code) ? 'reset' : 'retry';
  return new WriteFailure(`topic ${topic}, partition ${partition}: ${names[code] ?? `error ${code}`}`, then);
}

export interface PartitionBatch {
  readonly partition: number;
  readonly batch: Buffer;
}

/** One topic's batches for one broker: `acks=all`, no transaction. In parts, so that no batch is copied once more. */
export function produceRequest(topic: string, batches: readonly PartitionBatch[], timeoutMs: number): Buffer[] {
  const head = new RequestBody().int16(-1).int16(-1).int32(timeoutMs).int32(1).string(topic).int32(batches.length);
  const parts = [head.bytes()];
  for (const { partition, batch } of batches)
    parts.push(new RequestBody().int32(partition).int32(batch.length).bytes(), batch);
  return parts;
}

/** The error code of each partition. */
export function producedCodes(body: ResponseBody): (readonly [partition: number, code: number])[] {
  const codes: (readonly [number, number])[] = [];
  body.array(() => {
    body.string();
    body.array(() => {
      const partition = body.int32();
      codes.push([partition, body.int16()]);
      body.int64(); // base offset
      body.int64(); // append time
      body.int64(); // start of the log
    });
  });
  return codes;
}

export function initProducerIdRequest(): Buffer {
  // No transactional id, and so no transaction's time-out.
  return new RequestBody().int16(-1).int32(60_000).bytes();
}

/** @throws WriteFailure */
export function producerOf(body: ResponseBody): ProducerState {
  body.int32(); // throttle
  const code = body.int16();
  if (code !== 0)
    throw new WriteFailure(
      `no producer id: ${names[code] ?? `error ${code}`}`,
      refusals.has(code) ? 'refused' : 'retry',
    );
  return { id: BigInt(body.int64()), epoch: body.int16() };
}
