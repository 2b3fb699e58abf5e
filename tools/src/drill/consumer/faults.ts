/** What goes wrong in a round: one thing, chosen by the seed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { World } from './world.ts';

type Fault = (world: World, random: Random) => Promise<void>;

export const faults: Readonly<Record<string, Fault>> = {
  'members killed': ({ crew }, random) => crew.killOne(random),
  rebalances: ({ crew }, random) => crew.addOrEndOne(random),
  'members frozen': ({ crew }, random) => crew.freezeOne(random),
  'brokers killed': ({ host }, random) => host.kill(() => delay(random.below(2_000))),
  'databases killed': (world, random) => world.killPostgres(() => delay(random.below(1_500))),
};
