import { describe, expect, it } from '@jest/globals';
import { GroupWorld } from './testing/group-world.ts';
import { GroupHistory, ModelClient } from './testing/model-client.ts';
import { seededRandom } from './testing/seeded-random.ts';

const seeds = Array.from(
  { length: 4 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) },
  (_, index) => 31 * (index + 1),
);
const steps = 150;

/** One run: clients that join, work, leave, crash; a broker that crashes; a disk that fails. */
class Run {
  readonly history = new GroupHistory();
  readonly clients: readonly ModelClient[];
  readonly #random: () => number;
  world: GroupWorld;

  constructor(world: GroupWorld, random: () => number) {
    this.world = world;
    this.#random = random;
    this.clients = [null, null, null, 'static-1'].map((instance) => new ModelClient(this.history, instance));
  }

  async step(): Promise<void> {
    const client = this.clients[Math.floor(this.#random() * this.clients.length)]!;
    const choice = this.#random();
    if (choice < 0.03) await this.restart();
    else if (choice < 0.06) this.world.failWrites();
    else if (choice < 0.2) this.world.fileSystem.fault = undefined;
    else if (choice < 0.23) client.crash();
    else if (choice < 0.26) client.disconnect();
    else client.step(this.world, this.#random);
    await this.world.clock.advance(Math.floor(this.#random() * 1500));
    await this.checkGenerations();
  }

  /** A power cut and a new broker, which must have what was acknowledged. */
  async restart(): Promise<void> {
    const { acknowledgedOffset } = this.history;
    const before = this.world;
    before.fileSystem.fault = undefined;
    this.world = await before.restart();
    for (const client of this.clients) client.disconnect();
    await before.coordinator.close();
    const { 'orders-0': offset = -1 } = await this.world.offsets();
    expect(offset).toBeGreaterThanOrEqual(acknowledgedOffset);
    expect(offset).toBeLessThan(this.history.nextOffset);
  }

  /** All members whose heartbeats are welcome are in one generation. */
  async checkGenerations(): Promise<void> {
    const inside = this.clients.filter(({ status }) => status === 'in');
    const generations = new Set<number>();
    for (const client of inside) {
      const { generationId } = client;
      if (await this.world.run(client.heartbeat(this.world))) generations.add(generationId);
    }
    expect(generations.size).toBeLessThanOrEqual(1);
  }

  /** With all clients alive and the disk well, everybody ends up in one stable generation. */
  async settle(): Promise<void> {
    this.world.fileSystem.fault = undefined;
    for (let turn = 0; turn < 200; turn++) {
      for (const client of this.clients) {
        if (client.status === 'in') await this.world.run(client.heartbeat(this.world));
        else client.step(this.world, this.#random);
      }
      await this.world.clock.advance(500);
      const isDone =
        this.clients.every(({ status }) => status === 'in') &&
        new Set(this.clients.map(({ generationId }) => generationId)).size === 1;
      if (isDone) return;
    }
    throw new Error(
      `No stable group: ${JSON.stringify(this.clients.map(({ status, generationId }) => [status, generationId]))}`,
    );
  }
}

describe('a group whose members, broker and disk fail at random', () => {
  it.each(seeds)(
    'has one assignment for a generation, one live generation, and keeps what it acknowledged (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const run = new Run(await GroupWorld.open(), random);
      for (let step = 0; step < steps; step++) await run.step();
      await run.settle();
      expect(await run.world.states()).toEqual({ g: 'Stable' });
      const again = await run.world.restart();
      expect(await again.describe()).toEqual(await run.world.describe());
      expect(await again.offsets()).toEqual(await run.world.offsets());
      await run.world.coordinator.close();
      await again.coordinator.close();
    },
  );
});
