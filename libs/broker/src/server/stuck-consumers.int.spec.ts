import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeRequest, fetchApi } from '../protocol/index.ts';
import { batchOf, recordsIn } from './testing/batches.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import type { WireClient } from './testing/wire-client.ts';

const MIB = 1024 * 1024;
const TOPIC = 'much';
const BATCHES = 32;
/** What `Broker` allows to all answers together. */
const LIMIT_BYTES = 64 * MIB;

let kafka: TestBroker;
beforeAll(async () => {
  kafka = await TestBroker.start();
  const client = await kafka.connect();
  await createTopic(client, TOPIC, { config: { 'max.message.bytes': String(2 * MIB) } });
  const batch = batchOf(['x'.repeat(MIB)]);
  for (let count = 0; count < BATCHES; count++) await produce(client, TOPIC, Buffer.from(batch));
});
afterAll(() => kafka[Symbol.asyncDispose]());

/** Asks for all of the topic, again and again, and never reads. */
async function neverReads(requests: number): Promise<WireClient> {
  const client = await kafka.connect();
  client.socket.pause();
  const limits = { maxBytes: 50 * MIB, partitionMaxBytes: 50 * MIB };
  const frame = Buffer.concat(
    encodeRequest(
      fetchApi,
      12,
      { correlationId: 1, clientId: null },
      {
        ...{ maxWaitMs: 0, minBytes: 0, maxBytes: limits.maxBytes, sessionEpoch: -1 },
        topics: [
          { topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: limits.partitionMaxBytes }] },
        ],
      },
    ),
  );
  client.socket.write(Buffer.concat(Array.from({ length: requests }, () => frame)));
  return client;
}

/** Waits until the broker has given all that it is going to give. */
async function untilQuiet(sample: () => void): Promise<void> {
  let before = -1;
  for (let steady = 0; steady < 20;) {
    await delay(5);
    const now = kafka.broker.status().answerBytes;
    steady = now === before ? steady + 1 : 0;
    before = now;
    sample();
  }
}

describe('consumers that never read what they asked for', () => {
  it('hold a bounded memory together, and the others are served', async () => {
    const stuck = await Promise.all(Array.from({ length: 24 }, () => neverReads(50)));
    while (kafka.broker.status().answerBytes <= LIMIT_BYTES / 2) await delay(5);
    let largestBytes = 0;
    await untilQuiet(() => {
      largestBytes = Math.max(largestBytes, kafka.broker.status().answerBytes);
    });
    // The last answers are small, but for the one batch that each must hold.
    expect(largestBytes).toBeLessThan(LIMIT_BYTES + stuck.length * 2 * MIB);

    const reader = await kafka.connect();
    for (let offset = 0; offset < BATCHES;) {
      const { responses } = await fetch(reader, TOPIC, offset, { maxBytes: 50 * MIB, partitionMaxBytes: 50 * MIB });
      const records = recordsIn(responses[0]!.partitions[0]!.records);
      expect(records[0]?.offset).toBe(offset);
      offset += records.length;
    }
    await produce(reader, TOPIC, batchOf(['more']));

    for (const client of stuck) client.close();
    while (kafka.broker.status().answerBytes > 0) await delay(5);
  });
});
