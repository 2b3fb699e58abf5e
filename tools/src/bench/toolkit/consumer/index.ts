/** Consuming, beside Nest's own Kafka transport and beside what PostgreSQL takes. */
import { runProgram } from '../../load/child.ts';
import { ratioAtLeast } from '../../target.ts';
import type { Comparison } from '../comparison.ts';
import type { Stage } from '../stage.ts';
import { newTopic } from '../topics.ts';
import { fillLikes } from './events.ts';
import type { ConsumeFigures, ConsumeWork, OwnWork, StockWork } from './work.ts';

const prefix = 'toolkit/consumer';
const rate = { unit: 'events/s' } as const;

export function consumerComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  const filled = new FilledTopics(stage);
  return [fastHandler(stage, filled, isQuick), slowHandler(stage, filled, isQuick)];
}

function fastHandler(stage: Stage, filled: FilledTopics, isQuick: boolean): Comparison {
  const [few, many, most] = isQuick ? [1_000, 5_000, 5_000] : [8_000, 36_000, 180_000];
  const consume = { stage, filled, handlerMs: 0 };
  return {
    name: prefix,
    rounds: 3,
    participants: {
      ours: () => runOwn({ ...consume, events: many }, { delivery: 'at-least-once', batched: false }),
      effects: () => runOwn({ ...consume, events: most }, { delivery: 'exactly-once-effect', batched: true }),
      singleEffects: () => runOwn({ ...consume, events: many }, { delivery: 'exactly-once-effect', batched: false }),
      stock: () => runStock({ ...consume, events: few }, 1),
      sixAtOnce: () => runStock({ ...consume, events: few }, 6),
      raw: async () =>
        runProgram('toolkit/consumer/raw-program', { databaseUrl: await stage.newDatabase(), events: many }),
    },
    rows: [
      {
        ...rate,
        suffix: '/at least once',
        figure: 'ours.perSecond',
        beside: 'stock.perSecond',
        target: ratioAtLeast(4),
        note: 'each event is one statement of `context.query`; the peer is the Kafka transport of @nestjs/microservices',
      },
      {
        ...rate,
        suffix: '/at least once/beside six partitions at once',
        figure: 'ours.perSecond',
        beside: 'sixAtOnce.perSecond',
        note: 'the peer is the Kafka transport of @nestjs/microservices with `partitionsConsumedConcurrently: 6`',
      },
      {
        ...rate,
        suffix: '/at least once/beside raw inserts',
        figure: 'ours.perSecond',
        beside: 'raw.perSecond',
        target: ratioAtLeast(0.8),
        note: 'the peer is a program that does nothing but these single-row transactions, on 20 connections',
      },
      {
        ...rate,
        suffix: '/exactly once effect',
        figure: 'effects.perSecond',
        beside: 'stock.perSecond',
        target: ratioAtLeast(15),
        note: 'ours is a batch handler with the inbox and the effects of many events in one transaction; the peer is at least once',
      },
      {
        ...rate,
        suffix: '/exactly once effect/a call and a statement for each event',
        figure: 'singleEffects.perSecond',
        beside: 'stock.perSecond',
        note: 'as before, with a handler that takes one event at a time',
      },
    ],
  };
}

function slowHandler(stage: Stage, filled: FilledTopics, isQuick: boolean): Comparison {
  const [few, many] = isQuick ? [50, 1_000] : [200, 6_000];
  const consume = { stage, filled, handlerMs: 20 };
  return {
    name: `${prefix}/20 ms handler`,
    rounds: 1,
    participants: {
      ours: () => runOwn({ ...consume, events: many }, { delivery: 'at-least-once', batched: false }),
      stock: () => runStock({ ...consume, events: few }, 1),
    },
    rows: [{ ...rate, suffix: '', figure: 'ours.perSecond', beside: 'stock.perSecond', target: ratioAtLeast(20) }],
  };
}

interface Consume {
  readonly stage: Stage;
  readonly filled: FilledTopics;
  readonly events: number;
  readonly handlerMs: number;
}

async function runOwn(consume: Consume, how: Pick<OwnWork, 'delivery' | 'batched'>) {
  const work: OwnWork = { ...(await workOf(consume)), ...how };
  return { ...(await runProgram<ConsumeFigures>('toolkit/consumer/own-program', work)) };
}

async function runStock(consume: Consume, partitionsAtOnce: number) {
  const work: StockWork = { ...(await workOf(consume)), partitionsAtOnce };
  return { ...(await runProgram<ConsumeFigures>('toolkit/consumer/stock-program', work)) };
}

async function workOf({ stage, filled, events, handlerMs }: Consume): Promise<ConsumeWork> {
  const { bootstrapServers, registryUrl } = stage;
  const topic = await filled.withEvents(events);
  return { bootstrapServers, registryUrl, databaseUrl: await stage.newDatabase(), topic, events, handlerMs };
}

/** Topics by the number of their events, each filled once. */
class FilledTopics {
  readonly #stage: Stage;
  readonly #topics = new Map<number, Promise<string>>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  withEvents(events: number): Promise<string> {
    let topic = this.#topics.get(events);
    if (topic === undefined) this.#topics.set(events, (topic = this.#fill(events)));
    return topic;
  }

  async #fill(events: number): Promise<string> {
    const topic = await newTopic(this.#stage, 'likes');
    await fillLikes(this.#stage, topic, events);
    return topic;
  }
}
