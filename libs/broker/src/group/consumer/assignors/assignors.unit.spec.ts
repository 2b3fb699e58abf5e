import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../testing/seeded-random.ts';
import { samePartitions, type Assignment } from '../partition-sets.ts';
import { assignors, type AssignableMember, type AssignmentInput } from './index.ts';

const seeds = Array.from({ length: 60 }, (_, index) => 7 * (index + 1));

interface Group {
  readonly members: readonly Omit<AssignableMember, 'assigned'>[];
  readonly counts: ReadonlyMap<string, number>;
}

function randomGroup(random: () => number, isHomogeneous: boolean): Group {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const counts = new Map(Array.from({ length: upTo(5) }, (_, index) => [`t${index}`, upTo(12)]));
  const members = Array.from({ length: upTo(7) }, (_, index) => ({
    memberId: `m${index}`,
    instanceId: random() < 0.3 ? `i${9 - index}` : null,
    subscribedTopicIds: new Set([...counts.keys()].filter(() => isHomogeneous || random() < 0.6)),
  }));
  return { members, counts };
}

function assign(name: string, { members, counts }: Group, before: ReadonlyMap<string, Assignment> = new Map()) {
  const input: AssignmentInput = {
    members: members.map((member) => ({ ...member, assigned: before.get(member.memberId) ?? new Map() })),
    partitionCount: (topicId) => counts.get(topicId) ?? 0,
  };
  return assignors.get(name)!(input);
}

const sizeOf = (assignment: Assignment | undefined): number =>
  [...(assignment?.values() ?? [])].reduce((sum, partitions) => sum + partitions.size, 0);

/** Every partition of a subscribed topic, with the subscriber that has it; fails when one has two, or an owner that is no subscriber. */
function ownersOf({ members }: Group, result: ReadonlyMap<string, Assignment>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { memberId, subscribedTopicIds } of members)
    for (const [topicId, partitions] of result.get(memberId) ?? []) {
      expect(subscribedTopicIds).toContain(topicId);
      for (const partition of partitions) {
        expect(owners.get(`${topicId}/${partition}`)).toBeUndefined();
        owners.set(`${topicId}/${partition}`, memberId);
      }
    }
  return owners;
}

function expectComplete(group: Group, result: ReadonlyMap<string, Assignment>): void {
  const subscribed = new Set(group.members.flatMap(({ subscribedTopicIds }) => [...subscribedTopicIds]));
  const total = [...subscribed].reduce((sum, topicId) => sum + group.counts.get(topicId)!, 0);
  expect(ownersOf(group, result).size).toBe(total);
}

describe.each([...assignors.keys()])('the assignor %s', (name) => {
  it.each(seeds)('gives every subscribed partition to exactly one subscriber (seed %i)', (seed) => {
    const random = seededRandom(seed);
    for (const isHomogeneous of [true, false]) {
      const group = randomGroup(random, isHomogeneous);
      const result = assign(name, group);
      expectComplete(group, result);
      const without = { ...group, members: group.members.slice(1) };
      if (without.members.length > 0) expectComplete(without, assign(name, without, result));
    }
  });
});

describe('the assignor uniform', () => {
  it.each(seeds)('is even among members with the same subscriptions, before and after a change (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const group = randomGroup(random, true);
    const isEven = (members: Group['members'], result: ReadonlyMap<string, Assignment>): void => {
      const sizes = members.map(({ memberId }) => sizeOf(result.get(memberId)));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    };
    const result = assign('uniform', group);
    isEven(group.members, result);
    const newcomer = { ...group.members[0]!, memberId: 'newcomer', instanceId: null };
    const members = [...group.members, newcomer];
    isEven(members, assign('uniform', { ...group, members }, result));
  });

  it.each(seeds)('changes nothing when nothing has changed (seed %i)', (seed) => {
    const random = seededRandom(seed);
    for (const isHomogeneous of [true, false]) {
      const group = randomGroup(random, isHomogeneous);
      const before = assign('uniform', group);
      const after = assign('uniform', group, before);
      for (const { memberId } of group.members)
        expect(samePartitions(after.get(memberId) ?? new Map(), before.get(memberId) ?? new Map())).toBe(true);
    }
  });

  it.each(seeds)('leaves to those who stay what they had, when one goes (seed %i)', (seed) => {
    const group = randomGroup(seededRandom(seed), true);
    const before = assign('uniform', group);
    const members = group.members.slice(1);
    if (members.length === 0) return;
    const after = assign('uniform', { ...group, members }, before);
    for (const { memberId } of members)
      for (const [topicId, partitions] of before.get(memberId) ?? [])
        for (const partition of partitions) expect(after.get(memberId)!.get(topicId)).toContain(partition);
  });

  it.each(seeds)('moves nothing that would make members with different subscriptions more even (seed %i)', (seed) => {
    const group = randomGroup(seededRandom(seed), false);
    const result = assign('uniform', group);
    const sizes = new Map(group.members.map(({ memberId }) => [memberId, sizeOf(result.get(memberId))]));
    for (const [partition, owner] of ownersOf(group, result))
      for (const { memberId, subscribedTopicIds } of group.members)
        if (subscribedTopicIds.has(partition.split('/')[0]!))
          expect(sizes.get(owner)! - sizes.get(memberId)!).toBeLessThanOrEqual(1);
  });

  it('takes from each only what it has too much', () => {
    const counts = new Map([['t', 4]]);
    const subscribedTopicIds = new Set(['t']);
    const members = ['a', 'b'].map((memberId) => ({ memberId, instanceId: null, subscribedTopicIds }));
    const before = new Map([['a', new Map([['t', new Set([0, 1, 2, 3])]])]]);
    const after = assign('uniform', { members, counts }, before);
    expect([...after.get('a')!.get('t')!]).toEqual([0, 1]);
    expect([...after.get('b')!.get('t')!]).toEqual([2, 3]);
  });
});

describe('the assignor range', () => {
  it.each(seeds)('gives the same partitions of topics of the same size to a member (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const { members } = randomGroup(random, true);
    const counts = new Map(['x', 'y'].map((topicId) => [topicId, 10]));
    const subscribedTopicIds = new Set(counts.keys());
    const result = assign('range', { members: members.map((member) => ({ ...member, subscribedTopicIds })), counts });
    for (const { memberId } of members) {
      const assignment = result.get(memberId)!;
      expect([...(assignment.get('x') ?? [])]).toEqual([...(assignment.get('y') ?? [])]);
    }
  });

  it('gives ranges in the order of instance ids, then of member ids; the first ones are longer', () => {
    const subscribedTopicIds = new Set(['t']);
    const member = (memberId: string, instanceId: string | null) => ({ memberId, instanceId, subscribedTopicIds });
    const members = [member('a', null), member('b', 'z'), member('c', 'y')];
    const result = assign('range', { members, counts: new Map([['t', 5]]) });
    const rangeOf = (memberId: string) => [...result.get(memberId)!.get('t')!];
    expect([rangeOf('c'), rangeOf('b'), rangeOf('a')]).toEqual([[0, 1], [2, 3], [4]]);
  });
});
