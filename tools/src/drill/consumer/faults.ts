/** What goes wrong in a round: one thing, chosen by the seed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { World } from './world.ts';

type Fault = (world: World, random: Random) => Promise<void>;

const mostMembers = 3;

/** A member ends without a word; another one comes. */
const killMember: Fault = async (world, random) => {
  const member = world.removeMember(random.below(world.members.length));
  await delay(random.below(500));
  await member.kill();
  world.addMember();
};

/** A member comes or goes in order: a rebalance. */
const rebalance: Fault = async (world, random) => {
  if (world.members.length < mostMembers) {
    world.addMember();
    return;
  }
  const member = world.removeMember(random.below(world.members.length));
  member.signal('SIGTERM');
  await member.ended;
};

/** A member stands still until its partitions are another's, then goes on where it was. */
const freezeMember: Fault = async (world, random) => {
  if (world.members.length < 2) world.addMember();
  const member = random.pick(world.members);
  member.signal('SIGSTOP');
  await delay(8_000);
  member.signal('SIGCONT');
};

const killBroker: Fault = (world, random) => world.killBroker(() => delay(random.below(2_000)));

const killPostgres: Fault = (world, random) => world.killPostgres(() => delay(random.below(1_500)));

export const faults: Readonly<Record<string, Fault>> = {
  'members killed': killMember,
  rebalances: rebalance,
  'members frozen': freezeMember,
  'brokers killed': killBroker,
  'databases killed': killPostgres,
};
