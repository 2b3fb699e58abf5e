import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { countKinds } from '../../replay/trace.ts';
import { movieTweetings } from './movie-tweetings.ts';

const RECORDING = resolve(import.meta.dirname, '../../../../../../shared/data/movietweetings-100k');

const MOVIES = ['01::The Bank (1915)::Comedy|Short', '02::Metropolis (1927)::'];
const RATINGS = ['9::01::10::1000', '9::02::4::2000', '8::01::0::2000', '9::02::7::9000', '9::03::7::9000'];

let folder: string;

const write = async (movies: readonly string[], ratings: readonly string[]): Promise<void> => {
  await writeFile(join(folder, 'movies.dat'), `${movies.join('\n')}\n`);
  await writeFile(join(folder, 'ratings.dat'), `${ratings.join('\n')}\n`);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'movietweetings-'));
  await write(MOVIES, RATINGS);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a MovieTweetings recording', () => {
  it('becomes shows, then positions: a tenth of the show for each point of a rating', async () => {
    const { trace } = await movieTweetings.read(folder);
    expect(trace.events.map(({ kind, count, after }) => [kind, count, after])).toEqual([
      ['shows', 2, undefined],
      ['positions', 3, 'shows'],
      ['positions', 1, 'shows'],
    ]);
    expect(trace.events[0]?.body).toEqual({
      shows: [
        { showId: '01', title: 'The Bank', year: 1915, genres: ['Comedy', 'Short'] },
        { showId: '02', title: 'Metropolis', year: 1927, genres: [] },
      ],
    });
    expect(trace.events[2]?.body).toEqual({
      positions: [
        {
          userId: '9',
          showId: '02',
          positionSeconds: 4200,
          durationSeconds: 6000,
          deviceId: 'tv',
          occurredAt: '1970-01-01T02:30:00.000Z',
        },
      ],
    });
    expect(trace.leftOut).toEqual({ 'ratings of films that are not in the files': 1 });
  });

  it('knows what must follow: the latest position of each show, without those that were finished', async () => {
    const { checks } = await movieTweetings.read(folder);
    const [resume, profiles] = checks.map(({ expected }) => Object.fromEntries(expected));
    expect(resume).toEqual({
      8: { shows: 1, 'to continue': '01 at 0 s' },
      9: { shows: 1, 'to continue': '02 at 4200 s' },
    });
    expect(profiles).toEqual({ 8: { begun: 1, finished: 0 }, 9: { begun: 2, finished: 1 } });
  });

  it('reads a list page by page', async () => {
    const { checks } = await movieTweetings.read(folder);
    const asked: string[] = [];
    const get = (path: string): Promise<unknown> => {
      asked.push(path);
      const isFirst = asked.length === 1;
      const items = [{ showId: isFirst ? '02' : '01', positionSeconds: 60 }];
      return Promise.resolve({ items, nextCursor: isFirst ? 'a/b' : null });
    };
    expect(await checks[0]?.read('9', get)).toEqual({ shows: 2, 'to continue': '01 at 60 s, 02 at 60 s' });
    expect(asked).toEqual(['/users/9/resume?limit=100', '/users/9/resume?limit=100&cursor=a%2Fb']);
  });

  it.each([
    [['01::The Bank'], RATINGS, /movies\.dat:1: the row is not film::title::genres/],
    [MOVIES, ['9::01::11::1000'], /ratings\.dat:1: the row has no rating of 0 to 10/],
    [MOVIES, ['9::01::ten::1000'], /ratings\.dat:1: the row is not user::film::rating::time/],
  ])('names file and line of a wrong row', async (movies, ratings, message) => {
    await write(movies, ratings);
    await expect(movieTweetings.read(folder)).rejects.toThrow(message);
  });
});

const absence = existsSync(RECORDING) ? undefined : `the recording ${RECORDING} is not there.`;

describeUnless(absence, 'the real recording of ratings', () => {
  it('is read whole: 10,506 shows and 100,000 positions', async () => {
    const { trace } = await movieTweetings.read(RECORDING);
    expect(countKinds(trace)).toEqual({ shows: 10_506, positions: 100_000 });
    expect(trace.leftOut).toEqual({});
  });
});
