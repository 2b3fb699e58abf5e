import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiVersionsApi, encodeRequest } from '../protocol/index.ts';
import { handlers } from './handlers/index.ts';
import { batchOf, valuesIn } from './testing/batches.ts';
import { randomOf } from './testing/random.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 600);

let kafka: TestBroker;
beforeAll(async () => {
  process.stdout.write(`fuzz of frames: FUZZ_SEED=${SEED} FUZZ_ROUNDS=${ROUNDS}\n`);
  kafka = await TestBroker.start({ config: { 'offsets.topic.num.partitions': '2' } });
});
afterAll(() => kafka[Symbol.asyncDispose]());

describe('frames of every API and version with made-up bodies', () => {
  const random = randomOf(SEED);
  const below = (limit: number): number => Math.floor(random() * limit);

  /** Mostly small numbers, for lengths and counts that lead further than random bytes would. */
  function body(): Buffer {
    const bytes = Buffer.alloc(below(200));
    for (let at = 0; at < bytes.length; at++) bytes[at] = random() < 0.7 ? below(4) : below(256);
    return bytes;
  }

  function frameOf(apiKey: number, version: number): Buffer {
    const header = Buffer.concat(
      encodeRequest(apiVersionsApi, 0, { correlationId: below(1000), clientId: 'fuzz' }, {}),
    );
    const frame = Buffer.concat([header, body()]);
    frame.writeInt16BE(apiKey, 4);
    frame.writeInt16BE(version, 6);
    frame.writeInt32BE(frame.length - 4, 0);
    return frame;
  }

  it(`harm nothing (seed ${SEED})`, async () => {
    const steady = await kafka.connect();
    await createTopic(steady, 'steady');
    for (let round = 0; round < ROUNDS; round++) {
      const { api } = handlers[below(handlers.length)]!;
      const version = api.minVersion + below(api.maxVersion - api.minVersion + 1);
      const client = await kafka.connect();
      client.socket.end(frameOf(api.key, version));
      // Whatever it was, the broker answers or closes; a wait that the frame asked for ends with the client.
      await Promise.race([client.closed, client.next().catch(() => undefined), steady.send(apiVersionsApi, 0, {})]);
      client.close();
    }
    expect((await produce(steady, 'steady', batchOf(['still here']))).errorCode).toBe(0);
    const { responses } = await fetch(steady, 'steady', 0);
    expect(valuesIn(responses[0]!.partitions[0]!.records)).toEqual(['still here']);
    const defects = kafka.logged.filter((line) => /\n\s+at /.test(line));
    expect(defects).toEqual([]);
  });
});
