import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shareTasks, type Shares } from './share-tasks.ts';

const names = (count: number, of: string): string[] => Array.from({ length: count }, (_, index) => `${of}${index}`);

/** What members run when they have done what they were told. */
function settled(members: readonly string[], all: readonly string[], running: ReadonlyMap<string, readonly string[]>) {
  let shares: Shares = { tasks: running, unfinished: true };
  let generations = 0;
  for (; shares.unfinished; generations += 1)
    shares = shareTasks(new Map(members.map((member) => [member, shares.tasks.get(member) ?? []])), all);
  return { tasks: shares.tasks, generations };
}

describe('tasks shared over members', () => {
  it('are all given, to one member each, evenly, in at most two generations, whatever ran before', () => {
    const claims = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 12 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 12 }), claims, (memberCount, taskCount, said) => {
        const members = names(memberCount, 'm');
        const all = names(taskCount, 't');
        const before = new Map(
          members.map((member, index) => [member, said.filter(([who]) => who === index).map(([, task]) => `t${task}`)]),
        );
        const { tasks, generations } = settled(members, all, before);
        expect([...tasks.values()].flat().sort()).toEqual([...all].sort());
        const sizes = [...tasks.values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(generations).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('are never given to one member while another says to run it', () => {
    const { tasks, unfinished } = shareTasks(
      new Map([
        ['old', ['a', 'b', 'c', 'd']],
        ['new', []],
      ]),
      ['a', 'b', 'c', 'd'],
    );
    expect(tasks).toEqual(
      new Map([
        ['old', ['a', 'b']],
        ['new', []],
      ]),
    );
    expect(unfinished).toBe(true);
  });

  it('stay where they are when one more comes', () => {
    const running = new Map([
      ['one', ['a']],
      ['two', ['b']],
    ]);
    expect(shareTasks(running, ['a', 'b', 'c']).tasks).toEqual(
      new Map([
        ['one', ['a', 'c']],
        ['two', ['b']],
      ]),
    );
  });

  it('of a member that has gone go to the others at once', () => {
    expect(shareTasks(new Map([['left', ['a']]]), ['a', 'b'])).toEqual({
      tasks: new Map([['left', ['a', 'b']]]),
      unfinished: false,
    });
  });
});
