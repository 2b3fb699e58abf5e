import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { publishIsolating } from './publish-isolating.ts';
import { RecordRejectedError } from '../rejection/index.ts';
import { type OutboxRecord } from './outbox-publisher.ts';

function record(seq: number, aggregateId: string): OutboxRecord {
  const aggregate = { type: 'post', id: aggregateId };
  const rest = { id: String(seq), topic: 't', key: null, type: 'e', schemaId: null, payload: null, headers: {} };
  return { seq: BigInt(seq), aggregate, createdAt: new Date(0), ...rest };
}

/** A broker that takes a call only when no record of it is poisoned. */
class Broker {
  readonly log: bigint[] = [];
  calls = 0;
  private readonly poison: ReadonlySet<bigint>;

  constructor(poison: ReadonlySet<bigint>) {
    this.poison = poison;
  }

  publish(_topic: string, records: readonly OutboxRecord[]): Promise<void> {
    this.calls += 1;
    if (records.some(({ seq }) => this.poison.has(seq))) return Promise.reject(new RecordRejectedError('poison'));
    this.log.push(...records.map(({ seq }) => seq));
    return Promise.resolve();
  }
}

const always = (): boolean => true;

describe('publishing with poison among the records', () => {
  it('publishes exactly the records that are neither poisoned nor behind a poisoned one of their aggregate, in order', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.record({ aggregate: fc.constantFrom('a', 'b', 'c'), poisoned: fc.boolean() }), { maxLength: 40 }),
      async (shape) => {
        const records = shape.map(({ aggregate }, index) => record(index, aggregate));
        const poison = new Set(records.filter((_, index) => shape[index]!.poisoned).map(({ seq }) => seq));
        const broker = new Broker(poison);
        const outcome = await publishIsolating(broker, 't', records, always);

        const dead = new Map<string, bigint>();
        for (const { seq, aggregate } of records) {
          if (poison.has(seq) && !dead.has(aggregate.id)) dead.set(aggregate.id, seq);
        }
        const expected = records.filter(({ seq, aggregate }) => seq < (dead.get(aggregate.id) ?? Infinity));
        expect(broker.log).toEqual(expected.map(({ seq }) => seq));
        expect(outcome.published).toEqual(expected);
        expect(outcome.dead.map((each) => each.record.seq).sort()).toEqual([...dead.values()].sort());
        expect(outcome.failure).toBeUndefined();
      },
    );
    await fc.assert(property);
  });

  it('needs one call when nothing is wrong and about 2 log n when one record of n is', async () => {
    const records = Array.from({ length: 1024 }, (_, index) => record(index, String(index)));
    const [fine, poisoned] = [new Broker(new Set()), new Broker(new Set([700n]))];
    await publishIsolating(fine, 't', records, always);
    await publishIsolating(poisoned, 't', records, always);
    expect(fine.calls).toBe(1);
    expect(poisoned.calls).toBeLessThanOrEqual(21);
  });

  it('stops at a failure of the broker and reports what it acknowledged before', async () => {
    const broker = new Broker(new Set([1n]));
    const records = [0, 1, 2, 3].map((seq) => record(seq, String(seq)));
    const publisher = {
      publish: (topic: string, part: readonly OutboxRecord[]) =>
        part[0]?.seq === 2n ? Promise.reject(new Error('away')) : broker.publish(topic, part),
    };
    const outcome = await publishIsolating(publisher, 't', records, always);
    expect(outcome.published.map(({ seq }) => seq)).toEqual([0n]);
    expect(outcome.dead.map((each) => each.record.seq)).toEqual([1n]);
    expect(outcome.failure).toMatchObject({ error: { message: 'away' } });
  });

  it('writes nothing more once it is no longer allowed', async () => {
    const broker = new Broker(new Set([3n]));
    const records = [0, 1, 2, 3].map((seq) => record(seq, String(seq)));
    const outcome = await publishIsolating(broker, 't', records, () => broker.calls < 2);
    expect(outcome.published.map(({ seq }) => seq)).toEqual([0n, 1n]);
    expect(outcome.failure).toMatchObject({ error: { message: expect.stringContaining('lease') } });
  });
});
