import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiVersionsApi, encodeRequest } from '../protocol/index.ts';
import { handlers } from './handlers/index.ts';
import { batchOf, valuesIn } from './testing/batches.ts';
import { RandomRequests } from './testing/random-request.ts';
import { randomOf } from './testing/random.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import type { WireClient } from './testing/wire-client.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 600);

let kafka: TestBroker;
let steady: WireClient;
beforeAll(async () => {
  process.stdout.write(`fuzz of frames: FUZZ_SEED=${SEED} FUZZ_ROUNDS=${ROUNDS}\n`);
  kafka = await TestBroker.start({ config: { 'offsets.topic.num.partitions': '2' } });
  steady = await kafka.connect();
  await createTopic(steady, 'steady');
  await createTopic(steady, 'fuzz-a', { partitions: 3 });
});
afterAll(() => kafka[Symbol.asyncDispose]());

/** The broker is as it was for its other clients, and nothing was logged that only a defect logs: a stack. */
async function expectUnharmed(word: string): Promise<void> {
  const { errorCode, baseOffset } = await produce(steady, 'steady', batchOf([word]));
  expect(errorCode).toBe(0);
  const { responses } = await fetch(steady, 'steady', baseOffset);
  expect(valuesIn(responses[0]!.partitions[0]!.records)).toEqual([word]);
  expect(kafka.logged.filter((line) => /\n\s+at /.test(line))).toEqual([]);
}

/** Sends one frame on a connection of its own; the broker answers it, or closes, or a wait that it asks for ends with the client. */
async function send(frame: Buffer): Promise<void> {
  const client = await kafka.connect();
  const settled = Promise.race([client.closed, client.next().catch(() => undefined)]);
  client.socket.write(frame);
  await Promise.race([settled, steady.send(apiVersionsApi, 0, {})]);
  client.close();
}

describe(`frames of every API and version (seed ${SEED})`, () => {
  const requests = new RandomRequests(randomOf(SEED));

  /** Mostly small numbers, for lengths and counts that lead further than random bytes would. */
  function madeUpFrame(): Buffer {
    const { api } = requests.pick(handlers);
    const body = Buffer.alloc(requests.below(200));
    for (let at = 0; at < body.length; at++)
      body[at] = requests.below(256) < 180 ? requests.below(4) : requests.below(256);
    const header = Buffer.concat(encodeRequest(apiVersionsApi, 0, { correlationId: 1, clientId: 'fuzz' }, {}));
    const frame = Buffer.concat([header, body]);
    frame.writeInt32BE(frame.length - 4, 0);
    frame.writeInt16BE(api.key, 4);
    frame.writeInt16BE(api.minVersion + requests.below(api.maxVersion - api.minVersion + 1), 6);
    return frame;
  }

  it('with made-up bodies harm nothing', async () => {
    for (let round = 0; round < ROUNDS; round++) await send(madeUpFrame());
    await expectUnharmed('after made-up bodies');
  });

  it('with well-formed requests of any values harm nothing', async () => {
    for (let round = 0; round < ROUNDS; round++) await send(requests.frame(round).bytes);
    await expectUnharmed('after well-formed requests');
  });

  it('with damaged requests harm nothing', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { bytes } = requests.frame(round);
      for (let count = requests.below(3) + 1; count > 0; count--)
        bytes[8 + requests.below(bytes.length - 8)]! ^= 1 << requests.below(8);
      await send(bytes);
    }
    await expectUnharmed('after damaged requests');
  });
});
