import { describe, expect, it } from '@jest/globals';
import { commentAdded, likeChanged, topics, type PostsTrended } from '@headwater/contracts';
import { contractTopic, TopologyDriver } from '@headwater/streams';
import { commentOf, likeOf } from '../../fixtures/feed-under-test.ts';
import { localCodec } from '../local-codec.fixture.ts';
import { trendingTopology } from './trending.topology.ts';

const minuteMs = 60_000;
const dayMs = Date.UTC(2018, 2, 12, 17);
const likes = contractTopic(topics.likes, localCodec);
const comments = contractTopic(topics.comments, localCodec);
const trending = contractTopic(topics.trendingPosts, localCodec);

interface Happened {
  readonly kind: 'like' | 'unlike' | 'comment';
  readonly postId: string;
  readonly atMs: number;
}

/** Three hours in which a few posts get most of it. */
function madeUp(count: number, seed: number): Happened[] {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: count }, (_, index): Happened => {
    const kind = random() < 0.1 ? 'comment' : random() < 0.05 ? 'unlike' : 'like';
    const atMs = dayMs + Math.floor((index / count) * 180 * minuteMs);
    return { kind, postId: `post-${Math.floor(random() ** 3 * 40)}`, atMs };
  });
}

/** Each at most so much later than it happened. */
function late(events: readonly Happened[], mostMs: number): Happened[] {
  const arrivals = events.map((event, index) => ({ event, atMs: event.atMs + ((index * 7_919) % mostMs) }));
  return arrivals.sort((one, other) => one.atMs - other.atMs).map(({ event }) => event);
}

function play(
  events: readonly Happened[],
  { commitEvery = 1, restartEvery = Infinity, partitions = 6 } = {},
): Map<string, PostsTrended> {
  const driver = new TopologyDriver(trendingTopology(localCodec), { partitions, commitEach: commitEvery === 1 });
  for (const [index, { kind, postId, atMs }] of events.entries()) {
    const occurredAt = new Date(atMs);
    if (kind === 'comment') {
      const value = commentOf(postId, `c-${index}`, { occurredAt });
      driver.pipe(comments, { key: postId, value: { name: commentAdded.name, value }, timestampMs: 0 });
    } else {
      const value = likeOf(postId, `u-${index}`, { occurredAt, liked: kind === 'like' });
      driver.pipe(likes, { key: postId, value: { name: likeChanged.name, value }, timestampMs: 0 });
    }
    if (index % commitEvery === 0) driver.commit();
    if (index % restartEvery === restartEvery - 1) {
      driver.commit();
      driver.restart();
    }
  }
  driver.commit();
  return new Map(driver.read(trending).flatMap(({ key, value }) => (value ? [[key, value.value] as const] : [])));
}

/** The same by a plain count. */
function expected(
  events: readonly Happened[],
): Map<string, { postId: string; score: number; likes: number; comments: number }[]> {
  const windows = new Map<string, ReturnType<typeof listOf>>();
  const listOf = (endMs: number) => {
    const within = events.filter(
      ({ kind, atMs }) => kind !== 'unlike' && atMs < endMs && atMs >= endMs - 60 * minuteMs,
    );
    const posts = [...new Set(within.map(({ postId }) => postId))].map((postId) => {
      const own = within.filter((event) => event.postId === postId);
      const score = own.reduce((sum, { kind, atMs }) => {
        const age = Math.floor((endMs - 1 - atMs) / minuteMs);
        return sum + (kind === 'comment' ? 2 : 1) * 2 ** (-age / 15);
      }, 0);
      const comments = own.filter(({ kind }) => kind === 'comment').length;
      return { postId, score, likes: own.length - comments, comments };
    });
    return posts.sort((one, other) => other.score - one.score || (one.postId < other.postId ? -1 : 1)).slice(0, 20);
  };
  for (let endMs = dayMs + 10 * minuteMs; endMs < dayMs + 240 * minuteMs; endMs += 10 * minuteMs)
    windows.set(new Date(endMs).toISOString(), listOf(endMs));
  return windows;
}

describe('what trends', () => {
  const events = madeUp(1_000, 42);

  it('is what a plain count of each hour gives', () => {
    const found = play(events);
    const wanted = expected(events);
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [window, posts] of wanted) {
      const { posts: told } = found.get(window)!;
      expect(told.map(({ postId, likes: given, comments: added }) => [postId, given, added])).toEqual(
        posts.map(({ postId, likes: given, comments: added }) => [postId, given, added]),
      );
      for (const [rank, { score }] of posts.entries()) expect(told[rank]!.score).toBeCloseTo(score, 9);
    }
  });

  it('is the same to the last bit at any speed, in any order within the grace, and over restarts', () => {
    const found = play(events);
    expect(play(events, { commitEvery: 97 })).toEqual(found);
    expect(play(events, { commitEvery: 500, partitions: 1 })).toEqual(found);
    expect(play(late(events, 9 * minuteMs), { commitEvery: 13 })).toEqual(found);
    expect(play(late(events, 5 * minuteMs), { commitEvery: 50, restartEvery: 150 })).toEqual(found);
  });

  it('counts the likes of a user, and copies of a comment, once within an hour of the clock', () => {
    const once = madeUp(200, 7);
    const driver = (copies: number): Map<string, PostsTrended> => {
      const played = new TopologyDriver(trendingTopology(localCodec));
      for (const [index, { kind, postId, atMs }] of once.entries())
        for (let copy = 0; copy < copies; copy += 1) {
          // A service that is asked again says when that was.
          const occurredAt = new Date(kind === 'comment' ? atMs : Math.min(atMs + copy, endOfHour(atMs)));
          const value = likeOf(postId, `u-${index}`, {
            occurredAt,
            liked: kind === 'like',
            eventId: `${index}/${copy}`,
          });
          if (kind === 'comment')
            played.pipe(comments, {
              key: postId,
              value: { name: commentAdded.name, value: commentOf(postId, `c-${index}`, { occurredAt }) },
              timestampMs: 0,
            });
          else played.pipe(likes, { key: postId, value: { name: likeChanged.name, value }, timestampMs: 0 });
        }
      played.commit();
      return new Map(played.read(trending).flatMap(({ key, value }) => (value ? [[key, value.value] as const] : [])));
    };
    const endOfHour = (atMs: number): number => Math.floor(atMs / 3_600_000) * 3_600_000 + 3_599_999;
    expect(driver(3)).toEqual(driver(1));
  });

  it('forgets an hour after a week of event time', () => {
    const weekMs = 7 * 24 * 60 * minuteMs;
    const driver = new TopologyDriver(trendingTopology(localCodec));
    for (const atMs of [dayMs, dayMs + weekMs + 120 * minuteMs]) {
      const value = likeOf('p', `u-${atMs}`, { occurredAt: new Date(atMs) });
      driver.pipe(likes, { key: 'p', value: { name: likeChanged.name, value }, timestampMs: 0 });
    }
    const gone = driver.read(trending).filter(({ value }) => value === null);
    expect(gone.map(({ key }) => key)).toContain(new Date(dayMs + 10 * minuteMs).toISOString());
  });
});
