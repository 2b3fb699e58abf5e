import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { WriteFailure, type KafkaClient, type RecordToWrite, type RecordWriter } from '../client/index.ts';
import { EventCodec } from '../codec/index.ts';
import { MessageProducer, type ProducerOptions } from './index.ts';

/** A broker's end of the client port, whose answers the test gives: faults that a real broker shows once in a year. */
class ScriptedBroker {
  readonly writes: { writer: number; values: string[] }[] = [];
  writers = 0;
  closed = 0;
  /** What happens to each write in turn; later ones succeed. */
  readonly outcomes: (() => Promise<void>)[] = [];

  readonly client = {
    bootstrapServers: ['broker.invalid:9092'],
    openWriter: (): Promise<RecordWriter> => {
      const writer = ++this.writers;
      return Promise.resolve({
        write: (_topic: string, records: readonly RecordToWrite[]) => {
          this.writes.push({ writer, values: records.map(({ value }) => String(value)) });
          return this.outcomes.shift()?.() ?? Promise.resolve();
        },
        close: () => {
          this.closed += 1;
          return Promise.resolve();
        },
      });
    },
  } as unknown as KafkaClient;

  producer(options: Partial<ProducerOptions> = {}): MessageProducer {
    return new MessageProducer(this.client, new EventCodec('http://unused.invalid'), {
      lingerMs: 0,
      deliveryTimeoutMs: 5_000,
      maxBufferedBytes: 1_000_000,
      maxRequestBytes: 10_000,
      compression: 'none',
      ...options,
    });
  }
}

const fails = (then: WriteFailure['then']) => (): Promise<void> => Promise.reject(new WriteFailure('no', then));
const send = (producer: MessageProducer, value: string): Promise<void> =>
  producer.sendEncoded({ topic: 't', key: 'k', value: Buffer.from(value) });

describe('the producer', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['log', 'warn', 'error']);
  });

  it('puts records of callers who come together, or while a request is under way, into one request, in order', async () => {
    const broker = new ScriptedBroker();
    const gate = Promise.withResolvers<undefined>();
    broker.outcomes.push(() => gate.promise);
    const producer = broker.producer();
    const first = [send(producer, 'a'), send(producer, 'b')];
    await new Promise(setImmediate);
    const second = [send(producer, 'c'), send(producer, 'd'), send(producer, 'e')];
    gate.resolve(undefined);
    await Promise.all([...first, ...second]);
    expect(broker.writes.map(({ values }) => values)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('cuts requests at the largest size', async () => {
    const broker = new ScriptedBroker();
    const producer = broker.producer({ maxRequestBytes: 1_000 });
    await Promise.all(Array.from({ length: 4 }, () => send(producer, 'x'.repeat(400))));
    expect(broker.writes.map(({ values }) => values.length)).toEqual([2, 2]);
    await expect(send(producer, 'x'.repeat(1_000))).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      retriable: false,
    });
  });

  it('writes exactly the same records again by the same writer after a failure that passes', async () => {
    const broker = new ScriptedBroker();
    broker.outcomes.push(fails('retry'), fails('retry'));
    const producer = broker.producer();
    const first = send(producer, 'a');
    await new Promise(setImmediate);
    await Promise.all([first, send(producer, 'b')]);
    expect(broker.writes).toEqual([
      { writer: 1, values: ['a'] },
      { writer: 1, values: ['a'] },
      { writer: 1, values: ['a'] },
      { writer: 1, values: ['b'] },
    ]);
  });

  it('takes a new writer when the sequence is lost', async () => {
    const broker = new ScriptedBroker();
    broker.outcomes.push(fails('reset'));
    await send(broker.producer(), 'a');
    expect(broker.writes.map(({ writer }) => writer)).toEqual([1, 2]);
    expect(broker.closed).toBe(1);
  });

  it('tells the callers of refused records, and writes the next ones by a new writer', async () => {
    const broker = new ScriptedBroker();
    broker.outcomes.push(fails('refused'));
    const producer = broker.producer();
    await expect(send(producer, 'a')).rejects.toMatchObject({ code: 'RECORD_REFUSED', retriable: false });
    await send(producer, 'b');
    expect(broker.writes.map(({ writer }) => writer)).toEqual([1, 2]);
  });

  it('gives up at the deadline, also while a write hangs, and never uses that writer again', async () => {
    const broker = new ScriptedBroker();
    broker.outcomes.push(() => new Promise(() => undefined));
    const producer = broker.producer({ deliveryTimeoutMs: 50 });
    await expect(send(producer, 'a')).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE', retriable: true });
    await send(producer, 'b');
    expect(broker.writes).toEqual([
      { writer: 1, values: ['a'] },
      { writer: 2, values: ['b'] },
    ]);
  });

  it('lets callers wait in order while its memory is full', async () => {
    const broker = new ScriptedBroker();
    const gate = Promise.withResolvers<undefined>();
    broker.outcomes.push(() => gate.promise);
    const producer = broker.producer({ maxBufferedBytes: 600 });
    const sends = Promise.all(['a', 'b', 'c', 'd'].map((name) => send(producer, name.repeat(200))));
    await new Promise(setImmediate);
    expect(broker.writes.flatMap(({ values }) => values).map((value) => value[0])).toEqual(['a', 'b']);
    gate.resolve(undefined);
    await sends;
    expect(broker.writes.flatMap(({ values }) => values).map((value) => value[0])).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finishes what it was given when it closes, and takes nothing after', async () => {
    const broker = new ScriptedBroker();
    const producer = broker.producer({ lingerMs: 60_000 });
    const sent = send(producer, 'a');
    await new Promise(setImmediate);
    await producer.close();
    await sent;
    expect(broker.writes).toHaveLength(1);
    await expect(send(producer, 'b')).rejects.toMatchObject({ code: 'PRODUCER_CLOSED' });
  });
});
