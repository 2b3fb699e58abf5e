import { describe, expect, it } from '@jest/globals';
import { ConsumerModelClient } from '../testing/consumer-model-client.ts';
import { describeConsumer } from '../testing/consumer-requests.ts';
import { GroupWorld } from '../testing/group-world.ts';
import { seededRandom } from '../testing/seeded-random.ts';

const seeds = Array.from(
  { length: 3 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) },
  (_, index) => 17 * (index + 1),
);
const steps = 200;

/** One run: members that join, change their minds, leave and crash; topics that grow and vanish; a broker and a disk that fail. */
class Run {
  world: GroupWorld;
  readonly #random: () => number;
  readonly #clients = [
    new ConsumerModelClient('a', null),
    new ConsumerModelClient('b', null),
    new ConsumerModelClient('c', null),
    new ConsumerModelClient('d', 'static-1'),
  ];

  constructor(world: GroupWorld, random: () => number) {
    this.world = world;
    this.#random = random;
  }

  async step(): Promise<void> {
    const choice = this.#random();
    const client = this.#clients[Math.floor(this.#random() * this.#clients.length)]!;
    if (choice < 0.03) await this.restart();
    else if (choice < 0.05) this.world.failWrites();
    else if (choice < 0.2) this.world.fileSystem.fault = undefined;
    else if (choice < 0.22) client.crash();
    else if (choice < 0.25) this.changeTopics();
    else await client.step(this.world, this.#random);
    this.checkOwners();
    await this.world.clock.advance(Math.floor(this.#random() * 1500));
    this.checkOwners();
  }

  async restart(): Promise<void> {
    const before = this.world;
    before.fileSystem.fault = undefined;
    this.world = await before.restart();
    await before.coordinator.close();
  }

  changeTopics(): void {
    const { topics: directory } = this.world;
    const count = directory.partitionCount('events');
    if (count === 0)
      directory.set('events', `00000000-0000-0000-0000-${String(directory.version).padStart(12, '0')}`, 2);
    else if (this.#random() < 0.5) directory.delete('events');
    else directory.set('events', directory.topicId('events')!, count + 1);
  }

  /** What this is all about: no partition is ever with two members. */
  checkOwners(): void {
    const owners = new Map<string, string>();
    for (const client of this.#clients)
      for (const partition of client.owned(this.world)) {
        const other = owners.get(partition);
        if (other !== undefined) throw new Error(`${partition} is with ${other} and with ${client.memberId}`);
        owners.set(partition, client.memberId);
      }
  }

  /** With all clients alive and the disk well, everybody ends up in the group's epoch, and every partition has an owner. */
  async settle(): Promise<void> {
    this.world.fileSystem.fault = undefined;
    const quiet = (): number => 0.4;
    for (let turn = 0; turn < 100; turn++) {
      for (const client of this.#clients) await client.step(this.world, quiet);
      this.checkOwners();
      await this.world.clock.advance(1000);
      const { groupState, members } = await describeConsumer(this.world);
      // A static member that crashed comes back when the session of the one before has ended.
      const areAllIn = this.#clients.every(({ isIn }) => isIn) && members.length === this.#clients.length;
      if (groupState === 'Stable' && areAllIn) return;
    }
    throw new Error(`No stable group: ${JSON.stringify(await describeConsumer(this.world))}`);
  }

  ownedPartitions(): string[] {
    return this.#clients.flatMap((client) => [...client.owned(this.world)]).sort();
  }
}

describe('a next-generation group whose members, topics, broker and disk change and fail at random', () => {
  it.each(seeds)('never has a partition with two members, and settles with each at one (seed %i)', async (seed) => {
    const run = new Run(await GroupWorld.open(), seededRandom(seed));
    for (let step = 0; step < steps; step++) await run.step();
    await run.settle();
    const { members } = await describeConsumer(run.world);
    const subscribed = new Set(
      members.flatMap(({ subscribedTopicNames, subscribedTopicRegex }) =>
        subscribedTopicRegex === '' ? subscribedTopicNames : ['orders', 'events'],
      ),
    );
    const expected = [...subscribed].flatMap((name) =>
      Array.from(
        { length: run.world.topics.partitionCount(name) },
        (_, partition) => `${run.world.topics.topicId(name)}/${partition}`,
      ),
    );
    expect(run.ownedPartitions()).toEqual(expected.sort());
    const again = await run.world.restart();
    expect(await describeConsumer(again)).toEqual(await describeConsumer(run.world));
    await run.world.coordinator.close();
    await again.coordinator.close();
  });
});
