import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { until } from '../../fixtures/until.ts';
import type { WorkGroupMember, WorkGroupMembership } from '../client/index.ts';
import { systemClock, type Clock } from '../clock/index.ts';
import { createKafkajsClient } from '../kafkajs/index.ts';

/** Tells the leader its name, and is told who leads and who is there. */
class Worker {
  readonly assignments: { readonly members: readonly string[]; readonly membership: WorkGroupMembership }[] = [];
  rebalances = 0;
  losses = 0;
  readonly member: WorkGroupMember;

  constructor(
    readonly name: string,
    groupId: string,
    bootstrapServers: string,
    clock: Clock = systemClock,
    private readonly onLost: () => void = () => undefined,
  ) {
    const client = createKafkajsClient({ clientId: name, bootstrapServers: [bootstrapServers], clock });
    this.member = client.joinWorkGroup(
      {
        groupId,
        protocolType: 'connect',
        protocol: 'names',
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        heartbeatIntervalMs: 50,
      },
      {
        metadata: () => Buffer.from(name),
        assign: (members) => {
          const names = [...members.values()].map(String).sort();
          return new Map([...members.keys()].map((id) => [id, Buffer.from(JSON.stringify(names))]));
        },
        onAssigned: (assignment, membership) =>
          this.assignments.push({ members: JSON.parse(assignment.toString()) as string[], membership }),
        onRebalancing: () => (this.rebalances += 1),
        onLost: () => {
          this.losses += 1;
          this.onLost();
        },
      },
    );
  }

  sees(...names: readonly string[]): boolean {
    return JSON.stringify(this.assignments.at(-1)?.members) === JSON.stringify(names);
  }
}

const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map(({ member }) => member.close()));
});

describeOnEveryEngine('a group that shares work', (engine) => {
  const worker = (name: string, groupId: string): Worker => {
    const made = new Worker(name, groupId, engine.bootstrapServers);
    workers.push(made);
    return made;
  };

  it('tells every member what its leader decided, again whenever one comes or goes, and ends nobody’s membership for it', async () => {
    const group = `work-${randomUUID()}`;
    const first = worker('first', group);
    await until(() => first.sees('first'));
    expect(first.member.membership).toMatchObject({ groupId: group, isLeader: true });
    const second = worker('second', group);
    await until(() => first.sees('first', 'second') && second.sees('first', 'second'));
    expect([first, second].map(({ member }) => member.membership!.isLeader).sort()).toEqual([false, true]);
    expect(first.member.membership!.generation).toBe(second.member.membership!.generation);
    expect(first.rebalances).toBeGreaterThan(0);
    await second.member.close();
    await until(() => first.sees('first'));
    expect(second.losses).toBe(1);
    expect(first.losses).toBe(0);
    expect(second.member.membership).toBeUndefined();
  });

  it('shares anew when a leader asks for it', async () => {
    const alone = worker('alone', `work-${randomUUID()}`);
    await until(() => alone.assignments.length === 1);
    const { generation } = alone.member.membership!;
    alone.member.rejoin();
    await until(() => alone.assignments.length === 2);
    expect(alone.member.membership!.generation).toBeGreaterThan(generation);
    expect(alone.losses).toBe(0);
  });

  it('takes part again when it gave up, as its process stood still, and the coordinator did not', async () => {
    let [aheadMs, stands] = [0, false];
    // Whenever it is looked at, more than a session has gone by since the last look.
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + (stands ? (aheadMs += 60_000) : aheadMs) };
    const sleeper = new Worker('sleeper', `work-${randomUUID()}`, engine.bootstrapServers, clock, () => {
      stands = false;
    });
    workers.push(sleeper);
    await until(() => sleeper.sees('sleeper'));
    stands = true;
    await until(() => sleeper.losses === 1);
    await until(() => sleeper.assignments.length > 1);
    expect(sleeper.member.membership).toBeDefined();
  });
});
