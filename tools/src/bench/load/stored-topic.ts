/** A topic to fetch from: much that lies in files, and a tail that was written while somebody read at its end. */
import { encodeBatch } from './batch.ts';
import { type Address, request } from './client.ts';
import { fill, nextTopic } from './measures.ts';
import { createTopic } from './topics.ts';
import { fetchFrame } from './wire.ts';

const mebibyte = 1024 * 1024;
/** More than a broker keeps in memory, so that most is read from files. */
const storedBytes = 512 * mebibyte;
/** Little enough to be still in memory. */
const tailBytes = 8 * mebibyte;

export interface StoredTopic {
  readonly topic: string;
  readonly batchBytes: number;
  readonly bytes: number;
  /** Where the tail begins. */
  readonly tailOffset: number;
  readonly endOffset: number;
}

export async function storeTopic(
  address: Address,
  batchBytes: number,
  quick: boolean,
  config: Readonly<Record<string, string>> = {},
): Promise<StoredTopic> {
  const topic = nextTopic();
  await createTopic(address, { name: topic, config: { 'max.message.bytes': '2000000', ...config } });
  const { batch, recordCount } = encodeBatch(batchBytes);
  const shape = { topic, partitions: 1, batchBytes };
  const stored = await fill(address, { ...shape, wantedBytes: quick ? storedBytes / 8 : storedBytes });
  const tailOffset = stored * recordCount;
  // A reader at the end: what is written from here on has somebody who waits for it.
  await request(address, fetchFrame(topic, 0, tailOffset, { answerBytes: mebibyte, waitMs: 0 }));
  const tail = await fill(address, { ...shape, wantedBytes: tailBytes });
  const batches = stored + tail;
  return { topic, batchBytes, bytes: batches * batch.length, tailOffset, endOffset: batches * recordCount };
}
