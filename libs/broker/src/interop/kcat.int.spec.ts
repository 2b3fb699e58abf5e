/** kcat, which is librdkafka on the command line, as the system has it. */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import { Arrivals } from './arrivals.ts';
import { ledTopic } from './led-topic.ts';
import { storedValues } from './stored-values.ts';

const kcatVersion = spawnSync('kcat', ['-V'], { encoding: 'utf8' });
const absence =
  kcatVersion.error === undefined ? undefined : 'kcat is not on this machine; Debian has it as the package "kcat".';

let broker: KafkaEngine;

/** A running kcat. Its lines of output arrive one by one. */
class Kcat implements AsyncDisposable {
  readonly lines = new Arrivals<string>();
  readonly #process;
  readonly #ended: Promise<void>;
  #errors = '';

  constructor(options: readonly string[], input?: string) {
    const common = ['-b', broker.bootstrapServers, '-X', 'fetch.wait.max.ms=100', '-X', 'broker.address.family=v4'];
    this.#process = spawn('kcat', ['-u', ...common, ...options], { stdio: 'pipe' });
    this.#process.stdin.end(input);
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    let rest = '';
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.lines.add(line);
    });
    this.#process.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve, reject) => {
      this.#process.on('error', reject);
      this.#process.on('close', (code) => {
        if (rest !== '') this.lines.add(rest);
        if (code === 0 || code === null) resolve();
        else reject(new Error(`kcat ended with ${code}: ${this.#errors}`));
      });
    });
  }

  /** All lines, when it has ended by itself. */
  async ended(): Promise<readonly string[]> {
    await this.#ended;
    return this.lines.all;
  }

  /** Leaves its group and ends. May be called again. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const kcat = (options: readonly string[], input?: string) => new Kcat(options, input).ended();
const FORMAT = '%p %o %k %h %T %s\\n';

describeOnEveryEngine(
  'kcat',
  (engine) => {
    beforeAll(() => {
      broker = engine;
    });

    describe('alone', () => {
      it('sees the broker, its topics and partitions', async () => {
        const topic = `topic-${randomUUID()}`;
        await kcat(['-P', '-t', topic], 'a');
        await ledTopic(engine, topic, 2);
        const listed = (await kcat(['-L', '-t', topic])).join('\n');
        expect(listed).toContain(`broker 1 at ${engine.bootstrapServers} (controller)`);
        expect(listed).toContain(`topic "${topic}" with 2 partitions`);
        expect(listed).toContain('partition 1, leader 1, replicas: 1, isrs: 1');
      });

      it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('produces and consumes with compression %s', async (codec) => {
        const topic = `topic-${randomUUID()}`;
        const texts = ['one', 'zwei ä€😀', 'large '.repeat(20_000)];
        const produce = ['-P', '-t', topic, '-p', '1', '-z', codec, '-K', ':', '-H', 'trace=x', '-H', 'empty='];
        await kcat(produce, texts.map((text, index) => `key-${index}:${text}`).join('\n'));
        const consumed = await kcat(['-C', '-t', topic, '-p', '1', '-o', 'beginning', '-e', '-q', '-f', FORMAT]);
        expect(consumed.map((line) => line.replace(/ \d{13} /, ' TIME '))).toEqual(
          texts.map((text, index) => `1 ${index} key-${index} trace=x,empty= TIME ${text}`),
        );
        expect(await storedValues(engine, topic, 1)).toEqual(texts);
      });

      it('produces idempotently, many batches at once, each record once and in order', async () => {
        const topic = `topic-${randomUUID()}`;
        const count = 5000;
        const values = Array.from({ length: count }, (_, index) => `${index}`);
        const settings = ['-X', 'enable.idempotence=true', '-X', 'batch.num.messages=50', '-X', 'linger.ms=0'];
        await kcat(['-P', '-t', topic, '-p', '0', ...settings], values.join('\n'));
        expect(await kcat(['-C', '-t', topic, '-p', '0', '-e', '-q', '-f', '%s\\n'])).toEqual(values);
      });

      it('produces without waiting for an answer (acks 0)', async () => {
        const topic = `topic-${randomUUID()}`;
        // With an answer, after which the broker leads the topic: what comes too early is lost.
        await kcat(['-P', '-t', topic, '-p', '0'], 'first');
        await kcat(['-P', '-t', topic, '-p', '0', '-X', 'topic.acks=0'], 'a\nb');
        const consumer = new Kcat(['-C', '-t', topic, '-p', '0', '-c', '3', '-q']);
        expect(await consumer.ended()).toEqual(['first', 'a', 'b']);
      });

      it('finds the offset at a time', async () => {
        const topic = `topic-${randomUUID()}`;
        await kcat(['-P', '-t', topic, '-p', '0'], 'a');
        await ledTopic(engine, topic, 2);
        const future = Date.now() + 3_600_000;
        expect(await kcat(['-Q', '-t', `${topic}:0:0`, '-t', `${topic}:1:${future}`])).toEqual([
          `${topic} [0] offset 0`,
          `${topic} [1] offset -1`,
        ]);
      });
    });

    describe('in a group', () => {
      const group = (groupId: string, topic: string, options: readonly string[] = []) =>
        ['-G', groupId, '-q', '-f', '%p %s\\n', '-X', 'auto.offset.reset=earliest', ...options, topic] as const;

      it('goes on where the group has committed', async () => {
        const topic = `topic-${randomUUID()}`;
        const groupId = `group-${randomUUID()}`;
        await kcat(['-P', '-t', topic, '-p', '0'], 'a\nb');
        expect(await kcat(group(groupId, topic, ['-c', '2']))).toEqual(['0 a', '0 b']);
        await kcat(['-P', '-t', topic, '-p', '0'], 'c');
        expect(await kcat(group(groupId, topic, ['-c', '1']))).toEqual(['0 c']);
      });

      it.each(['range', 'cooperative-sticky'])(
        'shares partitions with another member (%s) and takes them over',
        async (strategy) => {
          const topic = `topic-${randomUUID()}`;
          const groupId = `group-${randomUUID()}`;
          const strategies = ['-X', `partition.assignment.strategy=${strategy}`, '-X', 'heartbeat.interval.ms=200'];
          await kcat(['-P', '-t', topic, '-p', '0'], 'warm');
          await using one = new Kcat(group(groupId, topic, strategies));
          await one.lines.atLeast(1);
          await using two = new Kcat(group(groupId, topic, strategies));
          const produceTo = (partition: string, value: string) => kcat(['-P', '-t', topic, '-p', partition], value);
          const seen = (member: Kcat, line: RegExp) => member.lines.all.some((each) => line.test(each));
          for (let round = 0; !seen(two, /shared/); round++) {
            await Promise.all(['0', '1'].map((partition) => produceTo(partition, `shared-${round}`)));
          }
          await two.stop();
          await Promise.all(['0', '1'].map((partition) => produceTo(partition, 'alone')));
          await one.lines.until(() => seen(one, /^0 alone/) && seen(one, /^1 alone/));
          await one.stop();
        },
      );
    });
  },
  { absence },
);
