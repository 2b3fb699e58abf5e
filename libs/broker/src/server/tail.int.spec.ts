import { truncateSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FetchResponse } from '../protocol/index.ts';
import { batchOf, recordsIn, valuesIn } from './testing/batches.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';

let kafka: TestBroker;
beforeAll(async () => {
  // As programs run it: writes that are under way hold the memory of their requests longest.
  kafka = await TestBroker.start({ flush: 'fsync' });
});
afterAll(() => kafka[Symbol.asyncDispose]());

const partitionOf = ({ responses }: FetchResponse) => responses[0]!.partitions[0]!;

/** A value that tells its number, of a length that depends on it: small, and larger than a read of the socket. */
function valueOf(number: number): string {
  const bytes = [100, 5_000, 17_000, 90_000, 300_000][number % 5]! + (number % 7) * 13;
  return `${number}:${String.fromCharCode(97 + (number % 26)).repeat(bytes)}`;
}

describe('the end of a log', () => {
  it('is read from memory, also by a reader that asks without waiting', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'polled');
    await produce(client, 'polled', batchOf(['earlier']));
    expect(partitionOf(await fetch(client, 'polled', 1)).records ?? []).toEqual([]);
    await produce(client, 'polled', batchOf(['news']));
    truncateSync(path.join(kafka.dataDir, 'polled-0', '00000000000000000000.log'));
    expect(valuesIn(partitionOf(await fetch(client, 'polled', 1)).records)).toEqual(['news']);
  });

  it('gives readers what was written, though the memory of requests is used again and again', async () => {
    const count = 120;
    const admin = await kafka.connect();
    for (const topic of ['followed', 'unread']) await createTopic(admin, topic);
    const producers = await Promise.all(['followed', 'unread'].map(async () => kafka.connect()));
    const produceAll = async (topic: string, index: number) => {
      const answers = Array.from({ length: count }, (_, number) =>
        produce(producers[index]!, topic, batchOf([valueOf(number)])),
      );
      for (const { errorCode } of await Promise.all(answers)) expect(errorCode).toBe(0);
    };
    const follow = async (maxBytes: number) => {
      const client = await kafka.connect();
      const limits = { maxBytes, partitionMaxBytes: maxBytes, minBytes: 1, maxWaitMs: 10_000 };
      for (let offset = 0; offset < count;) {
        const records = recordsIn(partitionOf(await fetch(client, 'followed', offset, limits)).records);
        for (const record of records) {
          if (record.offset < offset) continue;
          expect(record.offset).toBe(offset);
          expect(record.value!.equals(Buffer.from(valueOf(offset)))).toBe(true);
          offset++;
        }
      }
    };
    await Promise.all([produceAll('followed', 0), produceAll('unread', 1), follow(1 << 20), follow(100_000)]);
    for (const topic of ['followed', 'unread']) {
      for (let offset = 0; offset < count; offset++) {
        const [record] = recordsIn(partitionOf(await fetch(admin, topic, offset, { maxBytes: 1 })).records);
        expect(record!.value!.equals(Buffer.from(valueOf(offset)))).toBe(true);
      }
    }
  });
});
