/** Members of two groups with unreliable handlers, while members, broker and PostgreSQL end at random. */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ParkedKeys, type ParkedKey } from '@headwater/messaging';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { groups } from './drill-topic.ts';
import { Effects } from './effects.ts';
import { isHealthyKey } from './fate.ts';
import { faults } from './faults.ts';
import { Load } from './load.ts';
import { World } from './world.ts';

/** Nothing happens any more when nothing has happened for so long. */
const patienceMs = 90_000;
const mostResidentBytes = 600 * 1024 * 1024;

const act = { who: 'the drill', why: 'healed' };

export const consumerDrill: Drill = {
  name: 'consumer',
  about: 'handlers that fail and hang, members, broker and database that end: order and effects stand',
  details: `Members of two groups (the transport's transactions; a handler's own with the inbox) read one topic and park keys that fail.
Handlers fail now and then, always, for good, hang until their deadline, or go on far beyond it; each round one of these
happens: a member is killed, comes, goes or stands still beyond its session, the broker or PostgreSQL is killed. Parked keys
are healed and released in between.

Checked: every event's effect is there once, each key's in its order, also while it is parked and released; keys that do not
fail are all done before any other is helped; members keep their memory.`,
  options: [
    { name: 'rounds', standard: 25, about: 'faults, one after another' },
    { name: 'events', standard: 600, about: 'events that are produced in each round' },
  ],
  run,
};

async function run({ numbers, seed, folder, onProgress }: DrillRun): Promise<Summary> {
  Logger.overrideLogger(false);
  const random = new Random(seed);
  const counts: Record<string, number> = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  await using world = await World.open(seed, folder);
  const load = await Load.open(world.host, random.fork());
  const drill = new ConsumerRun(world, load, random.fork(), onProgress);
  try {
    world.crew.add();
    world.crew.add();
    for (let round = 1; round <= numbers['rounds']!; round++) {
      const name = random.pick(Object.keys(faults));
      onProgress(`round ${round}: ${name}, ${load.events} events, ${drill.released} keys released`);
      counts[name] = counts[name]! + 1;
      await Promise.all([load.produce(numbers['events']!), faults[name]!(world, random.fork())]);
      await drill.releaseSome();
    }
    await load.settle();
    await drill.seeHealthyKeysThrough();
    await drill.seeAllThrough();
  } finally {
    await load.close();
  }
  return {
    events: load.events,
    ...counts,
    'keys released': drill.released,
    'largest member, MiB': Math.round(world.peak.residentBytes / 1024 / 1024),
  };
}

class ConsumerRun {
  released = 0;
  private readonly effects: Effects;
  private readonly parked: ParkedKeys;

  constructor(
    private readonly world: World,
    private readonly load: Load,
    private readonly random: Random,
    private readonly onProgress: (line: string) => void,
  ) {
    this.effects = new Effects(world.dataSource);
    this.parked = new ParkedKeys(world.dataSource);
  }

  /** Some keys are healed and released while everything goes on. */
  async releaseSome(): Promise<void> {
    await this.effects.check();
    const parked = await this.parked.list();
    await this.release(parked.filter(() => this.random.chance(0.3)));
  }

  /**
   * What fails is parked and stays so: nothing else may be held up by it. A machine that is busy with something else can make any
   * handler miss its deadline; such a key is let go on.
   */
  async seeHealthyKeysThrough(): Promise<void> {
    const wanted = [...this.load.produced]
      .filter(([key]) => isHealthyKey(key))
      .reduce((sum, [, count]) => sum + count, 0);
    await this.until('no lane is starved', async () => {
      const counts = await this.effects.count('healthy-%');
      const late = await this.parked.list({ error: 'HANDLER_TIMEOUT' });
      await this.release(late.filter(({ key }) => isHealthyKey(key.toString())));
      this.onProgress(`healthy keys: ${JSON.stringify(counts)} of ${wanted}`);
      return groups.every((group) => counts[group] === wanted) ? undefined : `${JSON.stringify(counts)} of ${wanted}`;
    });
  }

  async seeAllThrough(): Promise<void> {
    const wanted = this.load.events;
    await this.until("every event's effect is there", async () => {
      const counts = await this.effects.count('%');
      const parked = await this.parked.list();
      this.onProgress(`all keys: ${JSON.stringify(counts)} of ${wanted}, ${parked.length} parked`);
      await this.release(parked);
      if (parked.length === 0 && groups.every((group) => counts[group] === wanted)) return undefined;
      return `${JSON.stringify(counts)} of ${wanted}, ${parked.length} keys are parked`;
    });
    await this.effects.check();
    const { peak } = this.world;
    promise(
      peak.residentBytes < mostResidentBytes,
      'a member keeps its memory',
      () => `one took ${peak.residentBytes} bytes, with ${peak.waitingRecords} records waiting`,
    );
  }

  private async release(keys: readonly ParkedKey[]): Promise<void> {
    for (const key of keys.filter(({ state }) => state === 'parked')) {
      const name = key.key.toString();
      await this.effects.heal(name, this.load.produced.get(name)! - 1);
      await this.parked.release(key, act).then(
        () => (this.released += 1),
        () => undefined,
      );
    }
  }

  /** @throws Violation when `look` has told the same for a long time. */
  private async until(invariant: string, look: () => Promise<string | undefined>): Promise<void> {
    let before: string | undefined;
    let changedMs = performance.now();
    for (let missing = await look(); missing !== undefined; missing = await look()) {
      if (missing !== before) changedMs = performance.now();
      before = missing;
      const accounts = (): string =>
        this.world.crew.members.map(({ log, last }) => `${last?.states}\n${log.slice(-3_000)}`).join('\n');
      promise(performance.now() - changedMs < patienceMs, invariant, () => `${missing}\n${accounts()}`);
      await delay(300);
    }
  }
}
