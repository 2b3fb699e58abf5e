/** Classic groups of several members: how a rebalance begins, goes on and ends, seen by each of them. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  describeGroupsApi,
  ErrorCode,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  syncGroupApi,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario, Session } from '../session.ts';
import { joinOf } from './groups.ts';

type Wishes = Partial<RequestInput<typeof joinGroupApi>>;

/** Connection 0 is for preparations and for looking. */
const LOOKING = 0;

/** One member, which keeps to a connection of its own. */
class Actor {
  memberId = '';
  generationId = -1;
  #protocolName: string | null = null;
  readonly #session: Session;
  readonly #name: string;
  readonly #connection: number;
  readonly #version: number;
  readonly #wishes: Wishes;
  readonly #groupId: string;

  constructor(session: Session, groupId: string, name: string, connection: number, version: number, wishes: Wishes) {
    this.#session = session;
    this.#groupId = groupId;
    this.#name = name;
    this.#connection = connection;
    this.#version = version;
    this.#wishes = wishes;
  }

  /** Joins; a new member that is given an id first joins again with it. */
  async join(label: string, changes: Wishes = {}): Promise<void> {
    const body = () => joinOf(this.#groupId, { ...this.#wishes, memberId: this.memberId, ...changes });
    const ask = (when: string) =>
      this.#session.ask(`${this.#name} ${when}`, joinGroupApi, this.#version, body(), this.#connection);
    let answer = await ask(label);
    if (answer?.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId;
      answer = await ask(`${label}, with its id`);
    }
    if (answer?.errorCode !== ErrorCode.NONE) return;
    this.memberId = answer.memberId;
    this.generationId = answer.generationId;
    this.#protocolName = answer.protocolName;
  }

  async sync(label: string, members: readonly Actor[] = []): Promise<void> {
    const assignments = members.map(({ memberId }, index) => ({ memberId, assignment: Buffer.from([0, index]) }));
    const body = { ...this.#ids(), protocolType: 'consumer', protocolName: this.#protocolName, assignments };
    await this.#session.ask(`${this.#name} ${label}`, syncGroupApi, Math.min(this.#version, 5), body, this.#connection);
  }

  async heartbeat(label: string, changes: object = {}): Promise<number | undefined> {
    const version = Math.min(this.#version, 4);
    const body = { ...this.#ids(), ...changes };
    const answer = await this.#session.ask(`${this.#name} ${label}`, heartbeatApi, version, body, this.#connection);
    return answer?.errorCode;
  }

  async leave(label: string): Promise<void> {
    const version = Math.min(this.#version, 5);
    const { memberId } = this;
    const body = { groupId: this.#groupId, memberId, members: [{ memberId, groupInstanceId: null }] };
    await this.#session.ask(`${this.#name} ${label}`, leaveGroupApi, version, body, this.#connection);
  }

  #ids(): { groupId: string; memberId: string; generationId: number; groupInstanceId: string | null } {
    const { groupInstanceId = null } = this.#wishes;
    return { groupId: this.#groupId, memberId: this.memberId, generationId: this.generationId, groupInstanceId };
  }
}

const UNTIL_MS = 120_000;
const LOOK_MS = 5;

/** Waits until a group is in a state with so many members. @throws Error when it does not get there */
async function until(session: Session, groupId: string, state: string, members: number): Promise<void> {
  for (const startedMs = performance.now(); ;) {
    const { groups } = await session.prepare(describeGroupsApi, 5, { groups: [groupId] });
    const { groupState, members: found } = groups[0]!;
    if (groupState === state && found.length === members) return;
    if (performance.now() - startedMs > UNTIL_MS)
      throw new Error(`${groupId} is ${groupState} with ${found.length} members, not ${state} with ${members}`);
    await delay(LOOK_MS);
  }
}

async function look(session: Session, label: string, groupId: string): Promise<void> {
  await session.ask(`the group ${label}`, describeGroupsApi, 5, { groups: [groupId] }, LOOKING);
}

const wishesOf = (names: readonly string[], mark: number, more: Wishes = {}): Wishes => ({
  protocols: names.map((name) => ({ name, metadata: Buffer.from([mark]) })),
  ...more,
});

/** Two members, stable in one generation; the first leads. */
async function stablePair(session: Session, groupId: string, [one, two]: readonly [Actor, Actor]): Promise<void> {
  await one.join('joins');
  await one.sync('assigns', [one]);
  const joining = two.join('joins');
  await until(session, groupId, 'PreparingRebalance', 2);
  await one.heartbeat('hears of the rebalance');
  await look(session, 'in the rebalance', groupId);
  await one.join('joins again');
  await joining;
  await look(session, 'before it is assigned', groupId);
  const waiting = two.sync('waits for its share');
  await one.sync('assigns two shares', [one, two]);
  await waiting;
  await look(session, 'when it is stable', groupId);
}

const several: Scenario = {
  name: 'several members',
  api: joinGroupApi,
  run: async (session, version) => {
    const groupId = session.named('group');
    const protocols = { one: ['cooperative-sticky', 'range', 'only-one'], two: ['cooperative-sticky', 'range'] };
    const one = new Actor(session, groupId, 'one', 1, version, wishesOf(protocols.one, 1));
    const two = new Actor(session, groupId, 'two', 2, version, wishesOf(protocols.two, 2));
    await stablePair(session, groupId, [one, two]);
    await two.join('joins again unchanged, which the others do not notice');
    await one.heartbeat('hears of nothing');
    await two.heartbeat('has an old generation', { generationId: 1 });
    const stranger = new Actor(session, groupId, 'a stranger', 3, version, wishesOf(['sticky'], 3));
    await stranger.join('has no protocol of the others');
    await two.leave('leaves');
    await one.heartbeat('hears of the leave');
    await one.join('joins again, alone');
    await one.sync('assigns, alone', [one]);
    await two.heartbeat('is not in it any more');
    await one.leave('leaves');
    await look(session, 'in the end', groupId);
  },
};

const leader: Scenario = {
  name: 'a leader that joins again',
  api: joinGroupApi,
  run: async (session, version) => {
    const groupId = session.named('group');
    const one = new Actor(session, groupId, 'one', 1, version, wishesOf(['range'], 1));
    const two = new Actor(session, groupId, 'two', 2, version, wishesOf(['range'], 2));
    await stablePair(session, groupId, [one, two]);
    const joining = one.join('joins again, as its topics have changed');
    await until(session, groupId, 'PreparingRebalance', 2);
    await two.heartbeat('hears of the rebalance');
    await two.sync('asks for a share in the rebalance');
    await two.join('joins again');
    await joining;
    await two.heartbeat('beats before it is assigned');
    await one.leave('leaves before it assigns');
    await two.sync('asks for a share without a leader');
    await two.join('joins once more');
    await two.sync('assigns', [two]);
    await look(session, 'in the end', groupId);
  },
};

const fixedMembers: Scenario = {
  name: 'static members that restart',
  api: joinGroupApi,
  run: async (session, version) => {
    if (version < 5) return;
    const groupId = session.named('group');
    const fixed = (name: string, mark: number) => wishesOf(['range'], mark, { groupInstanceId: name });
    const one = new Actor(session, groupId, 'one', 1, version, fixed('a', 1));
    const two = new Actor(session, groupId, 'two', 2, version, fixed('b', 2));
    await stablePair(session, groupId, [one, two]);
    const { memberId } = two;
    two.memberId = '';
    await two.join('comes back without its id');
    await one.heartbeat('hears of nothing');
    await two.heartbeat('uses the id of before', { memberId });
    await two.heartbeat('uses its new id');
    await two.sync('asks for its share');
    await look(session, 'afterwards', groupId);
  },
};

/** The first in which a member says itself how long a rebalance waits for it, the one in between, and the last: each run takes that long. */
const STRAGGLING_VERSIONS: readonly number[] = [1, 5, 9];
/** Longer than the members take that do come, also on a busy machine. */
const STRAGGLING_MS = 5000;

const stragglers: Scenario = {
  name: 'members that do not come',
  api: joinGroupApi,
  run: async (session, version) => {
    if (!STRAGGLING_VERSIONS.includes(version)) return;
    const groupId = session.named('group');
    const hasty = (mark: number) => wishesOf(['range'], mark, { rebalanceTimeoutMs: STRAGGLING_MS });
    const one = new Actor(session, groupId, 'one', 1, version, hasty(1));
    const two = new Actor(session, groupId, 'two', 2, version, hasty(2));
    await stablePair(session, groupId, [one, two]);
    const three = new Actor(session, groupId, 'three', 3, version, hasty(3));
    const joining = three.join('joins');
    await until(session, groupId, 'PreparingRebalance', 3);
    await one.join('joins again');
    await joining;
    await two.heartbeat('came too late');
    await one.sync('assigns', [one, three]);
    await three.sync('takes its share');
    await look(session, 'in the end', groupId);
  },
};

export const rebalanceScenarios: readonly Scenario[] = [several, leader, fixedMembers, stragglers];
