/** An application killed in the middle, again and again: its results are those of one that was never killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { longCodec, stringCodec, windowedCodec } from '../index.ts';
import { TestKafka, uniqueName, uniqueTopic, until } from '../../fixtures/test-kafka.ts';

const windowMs = 1_000;
const startMs = 1_700_000_000_000;
const partitions = 2;
const rounds = 2;
const recordsPerRound = 1_500;

/** Random numbers that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describeOnEveryEngine('an application that is killed', (engine) => {
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  afterEach(kill);

  it('writes every result exactly once, for those who read what is committed', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    const kafka = new TestKafka(engine.bootstrapServers);
    const application = uniqueName('counting');
    const input = uniqueTopic('events', stringCodec, stringCodec);
    const output = uniqueTopic('counts', windowedCodec(stringCodec, windowMs), longCodec);
    await kafka.create(partitions, input, output);
    const script = path.join(import.meta.dirname, '../../fixtures/counting-process.mjs');
    const args = [script, engine.bootstrapServers, application, input.name, output.name, String(windowMs)];
    const expected = new Map<string, number>();
    const records = Array.from({ length: rounds * recordsPerRound }, (_, index) => {
      const key = `key-${Math.floor(random() * 10)}`;
      const timestampMs = startMs + index * 20;
      const window = `${key}@${timestampMs - (timestampMs % windowMs)}`;
      expected.set(window, (expected.get(window) ?? 0) + 1);
      return { key, value: 'x', timestampMs };
    });
    for (let round = 0; round < rounds; round++) {
      child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout!, 'data');
      await kafka.write(input, records.slice(round * recordsPerRound, (round + 1) * recordsPerRound));
      // Some moment of its work, another with each seed; none is too early or too late to be killed.
      await delay(random() * 300);
      await kill();
    }
    await kafka.write(
      input,
      Array.from({ length: 100 }, (_, index) => ({ key: `end-${index}`, value: '', timestampMs: startMs + 9_000_000 })),
    );
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const told = async (): Promise<string[]> =>
      (await kafka.read(output)).map(({ key, value }) => `${key.key}@${key.startMs}=${value}`);
    await until(async () => (await told()).length >= expected.size);
    const wanted = [...expected].map(([window, count]) => `${window}=${count}`);
    expect({ seed, told: (await told()).sort() }).toEqual({ seed, told: wanted.sort() });
  }, 120_000);
});
