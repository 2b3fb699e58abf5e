import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecommendationModel, type ModelLimits, type Watch } from './index.ts';

const hour = 3_600;
const users = Array.from({ length: 8 }, (_, index) => `u${index}`);
const shows = Array.from({ length: 12 }, (_, index) => `s${index}`);
const genres = ['Crime', 'Drama', 'Sci-Fi'];

// A model is made for each of many orders: more runs find no more, and take minutes.
fc.configureGlobal({ numRuns: 15 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) });

const watches: fc.Arbitrary<Watch[]> = fc.array(
  fc.record({
    userId: fc.constantFrom(...users),
    showId: fc.constantFrom(...shows),
    share: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    finished: fc.boolean(),
    // Few of them, so that many fall on one second; some too old for what is popular now.
    atSeconds: fc.integer({ min: 1_000, max: 1_600 }).map((hours) => hours * hour),
  }),
  { maxLength: 120 },
);

function modelOf(learned: readonly Watch[], limits: Partial<ModelLimits> = {}): RecommendationModel {
  const model = new RecommendationModel(limits);
  for (const [index, showId] of shows.entries())
    model.describe(showId, { title: showId, year: null, genres: [genres[index % 3]!] });
  for (const watch of learned) model.learn(watch);
  return model;
}

/** Everything that can be asked. */
const answersOf = (model: RecommendationModel): unknown =>
  [...users, 'stranger'].map((user) => [model.profile(user), model.recommend(user, 20), model.newestWatchOf(user)]);

/** What a compacted topic would hold: of each user and show the newest watch, of two at one second the one that is further. */
function newestOf(learned: readonly Watch[]): Watch[] {
  const amount = ({ share, finished }: Watch): number => Math.round(share * 100) + (finished ? 1_000 : 0);
  const newest = new Map<string, Watch>();
  for (const watch of learned) {
    const key = `${watch.userId}|${watch.showId}`;
    const known = newest.get(key);
    const isNewer =
      !known ||
      watch.atSeconds > known.atSeconds ||
      (watch.atSeconds === known.atSeconds && amount(watch) > amount(known));
    if (isNewer) newest.set(key, watch);
  }
  return [...newest.values()];
}

const watch = (userId: string, showId: string, share: number, atSeconds: number, finished = share === 1): Watch => ({
  userId,
  showId,
  share,
  finished,
  atSeconds,
});

describe('the model', () => {
  it('learned watch by watch is the one that is built from the newest watches alone', () => {
    fc.assert(
      fc.property(watches, (learned) => {
        expect(answersOf(modelOf(learned))).toEqual(answersOf(modelOf(newestOf(learned))));
      }),
    );
  });

  it('does not depend on the order of watches, nor on how often each comes', () => {
    const shuffled = watches.chain((learned) =>
      fc.tuple(
        fc.constant(learned),
        fc.shuffledSubarray([...learned, ...learned.slice(0, 20)], {
          minLength: learned.length + Math.min(learned.length, 20),
        }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([learned, again]) => {
        expect(answersOf(modelOf(again))).toEqual(answersOf(modelOf(learned)));
      }),
    );
  });

  it('does not depend on the order of watches where its caps hold either', () => {
    const limits = { maxWatchesPerUser: 3, maxViewersPerShow: 64 };
    fc.assert(
      fc.property(watches, (learned) => {
        // Each key once: a cap drops what is old, and a newer watch of the same show would find its place taken.
        const once = newestOf(learned);
        expect(answersOf(modelOf(once.toReversed(), limits))).toEqual(answersOf(modelOf(once, limits)));
      }),
    );
  });

  it('is as if a watch had never been when it is taken back', () => {
    fc.assert(
      fc.property(watches, fc.constantFrom(...users), fc.constantFrom(...shows), (learned, userId, showId) => {
        const model = modelOf(learned);
        model.unlearn(userId, showId);
        const without = learned.filter((each) => each.userId !== userId || each.showId !== showId);
        const expected = modelOf(without);
        // Time does not go back: what is popular is still counted from the newest watch that ever was.
        fc.pre(
          Math.max(0, ...without.map((each) => each.atSeconds)) ===
            Math.max(0, ...learned.map((each) => each.atSeconds)),
        );
        expect(answersOf(model)).toEqual(answersOf(expected));
      }),
    );
  });

  it('never recommends what a user has begun, nor what the catalogue does not have, and nothing twice', () => {
    fc.assert(
      fc.property(watches, fc.subarray(shows), (learned, withdrawn) => {
        const model = modelOf(learned);
        for (const showId of withdrawn) model.withdraw(showId);
        for (const user of users) {
          const recommended = model.recommend(user, 20).map(({ showId }) => showId);
          const begun = model.profile(user)?.watches.map(({ showId }) => showId) ?? [];
          expect(new Set(recommended).size).toBe(recommended.length);
          expect(recommended.filter((showId) => begun.includes(showId) || withdrawn.includes(showId))).toEqual([]);
        }
      }),
    );
  });

  it('gives as reason a show that the user has watched', () => {
    fc.assert(
      fc.property(watches, (learned) => {
        const model = modelOf(learned);
        for (const user of users) {
          const begun = model.profile(user)?.watches.map(({ showId }) => showId) ?? [];
          for (const { becauseOf } of model.recommend(user, 20))
            if (becauseOf !== undefined) expect(begun).toContain(becauseOf);
        }
      }),
    );
  });

  it('holds its caps, whatever it is told', () => {
    const limits = { maxUsers: 4, maxShows: 6, maxWatches: 10, maxWatchesPerUser: 3, maxViewersPerShow: 2 };
    fc.assert(
      fc.property(watches, (learned) => {
        const model = new RecommendationModel(limits);
        for (const each of learned) {
          model.learn(each);
          const { users: known, shows: named, watches: held } = model.size;
          expect(known).toBeLessThanOrEqual(limits.maxUsers);
          expect(named).toBeLessThanOrEqual(limits.maxShows);
          expect(held).toBeLessThanOrEqual(limits.maxWatches);
          expect(model.profile(each.userId)?.watches.length ?? 0).toBeLessThanOrEqual(limits.maxWatchesPerUser);
        }
      }),
    );
  });

  it('forgets who has been away the longest when there is no room', () => {
    const model = modelOf([], { maxUsers: 2 });
    model.learn(watch('old', 's0', 1, 10));
    model.learn(watch('older', 's0', 1, 5));
    model.learn(watch('new', 's1', 1, 20));
    expect(model.profile('older')).toBeUndefined();
    expect([model.profile('old'), model.profile('new')].map((profile) => profile?.watches.length)).toEqual([1, 1]);
    expect(model.size).toMatchObject({ users: 2, forgottenUsers: 1 });
  });

  it('learns no watch of a show for which there is no room', () => {
    const model = new RecommendationModel({ maxShows: 1 });
    expect(model.learn(watch('u', 'a', 1, 1))).toBe('changed');
    expect(model.learn(watch('u', 'b', 1, 2))).toBe('refused');
    expect(model.describe('b', { title: 'B', year: null, genres: [] })).toBe(false);
    expect(model.size.shows).toBe(1);
  });

  it('recommends what people with the same taste watched, because of the show that they share', () => {
    const model = modelOf([
      ...['a', 'b', 'c'].flatMap((user) => [watch(user, 's0', 1, 10), watch(user, 's3', 1, 20)]),
      ...['d', 'e', 'f', 'g'].flatMap((user) => [watch(user, 's1', 1, 10), watch(user, 's4', 1, 20)]),
      watch('me', 's0', 1, 30),
    ]);
    expect(model.recommend('me', 1)).toEqual([{ showId: 's3', becauseOf: 's0', score: expect.any(Number) }]);
    expect(model.recommend('stranger', 1)[0]).toMatchObject({ becauseOf: undefined });
  });

  it('tells a stranger what is popular now, not what once was', () => {
    const day = 24 * hour;
    const once = ['a', 'b', 'c', 'd'].map((user) => watch(user, 's0', 1, day));
    const now = ['a', 'b'].map((user) => watch(user, 's1', 1, 6 * day));
    const [first, second] = modelOf([...once, ...now]).recommend('stranger', 2);
    expect([first?.showId, second?.showId]).toEqual(['s1', 's0']);
  });
});
