import { describe, expect, it } from '@jest/globals';
import { Threads } from './threads.ts';

describe('threads of recorded comments', () => {
  const comment = (id: string, author: string | undefined, text = 'So it is.', occurredAtMs = Number(id)) => ({
    id,
    author,
    text,
    occurredAtMs,
  });

  it('answers the newest comment by the name that is mentioned, however it is written', () => {
    const threads = new Threads();
    expect(threads.add('p', comment('1', 'Ann Smith'))).toBeUndefined();
    expect(threads.add('p', comment('2', 'Ben'))).toBeUndefined();
    expect(threads.add('p', comment('3', 'Ann Smith'))).toBeUndefined();
    expect(threads.add('p', comment('4', 'Cem', '@AnnSmith, no.'))).toBe('3');
    expect(threads.add('p', comment('5', 'Cem', '@ben yes'))).toBe('2');
    expect(threads.add('q', comment('6', 'Cem', '@ben yes'))).toBeUndefined();
  });

  it('leaves out whom nobody is, whoever has no name, and what comes later', () => {
    const threads = new Threads();
    threads.add('p', comment('1', undefined));
    threads.add('p', comment('2', 'Ben', 'Hm', 100));
    expect(threads.add('p', comment('3', 'Ann', '@nobody yes'))).toBeUndefined();
    expect(threads.add('p', comment('4', 'Ann', '@be yes', 200))).toBeUndefined();
    expect(threads.add('p', comment('5', 'Ann', '@Ben yes', 50))).toBeUndefined();
    expect(threads.add('p', comment('6', 'Ann', 'ask @Ben', 200))).toBeUndefined();
  });

  it('puts what would lie too deep beside what it answers', () => {
    const threads = new Threads();
    threads.add('p', comment('1', 'Ann'));
    const parents = ['2', '3', '4', '5', '6', '7'].map((id) => threads.add('p', comment(id, 'Ann', '@Ann yes')));
    expect(parents).toEqual(['1', '2', '3', '4', '4', '4']);
  });
});
