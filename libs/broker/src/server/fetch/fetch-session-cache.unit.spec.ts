import { describe, expect, it } from '@jest/globals';
import { FetchSessionCache } from './fetch-session-cache.ts';

function cacheOf(slots: number, evictionMs = 1000) {
  let nowMs = 0;
  let nextId = 1;
  const cache = new FetchSessionCache({ slots, evictionMs, nowMs: () => nowMs, newId: () => nextId++ });
  return { cache, advance: (ms: number) => (nowMs += ms) };
}

function createWith(cache: FetchSessionCache, partitionCount: number) {
  const session = cache.create(partitionCount, false);
  for (let partition = 0; partition < partitionCount; partition++)
    session?.set({
      topic: 't',
      topicId: '',
      partition,
      fetchOffset: 0,
      maxBytes: 1,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    });
  return session;
}

describe('a fetch session cache', () => {
  it('gives no session when all slots are held by sessions in use', () => {
    const { cache } = cacheOf(2);
    createWith(cache, 1);
    createWith(cache, 1);
    expect(createWith(cache, 5)).toBeUndefined();
    expect(cache.size).toBe(2);
  });

  it('gives the slot of the session that was unused for the longest', () => {
    const { cache, advance } = cacheOf(2);
    const first = createWith(cache, 1)!;
    const second = createWith(cache, 1)!;
    advance(600);
    cache.use(first.id);
    advance(600);
    const third = createWith(cache, 1);
    expect(third).toBeDefined();
    expect(cache.use(second.id)).toBeUndefined();
    expect(cache.use(first.id)).toBe(first);
  });

  it('lets a larger session take the slot of a smaller one that is old enough', () => {
    const { cache, advance } = cacheOf(2);
    const small = createWith(cache, 2)!;
    const large = createWith(cache, 9)!;
    advance(1500);
    cache.use(small.id);
    cache.use(large.id);
    expect(createWith(cache, 2)).toBeUndefined();
    expect(createWith(cache, 3)).toBeDefined();
    expect(cache.use(small.id)).toBeUndefined();
    expect(cache.use(large.id)).toBe(large);
  });

  it('gives no session at all with no slots', () => {
    const { cache } = cacheOf(0);
    expect(createWith(cache, 1)).toBeUndefined();
  });
});
