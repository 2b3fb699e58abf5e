/** Parts of the recordings of MovieFlix, MyBank, GetTaxi and CampaignCompare, and what must follow from them, counted by this suite itself. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const SHARED = resolve(import.meta.dirname, '../../../../shared/data');
const RATINGS = join(SHARED, 'movietweetings-100k/ratings.dat');
const MOVIES = join(SHARED, 'movietweetings-100k/movies.dat');
const PAYMENTS = join(SHARED, 'leeds-spending-2020/payments_2020-06.csv');
const CARDS = join(SHARED, 'leeds-spending-2020/cards_2020-05.csv');
const TRIPS = join(SHARED, 'nyc-taxi-2013/trips.csv');
const IMPRESSIONS = ['random_men', 'bts_men', 'random_women', 'bts_women'].map((campaign) =>
  join(SHARED, `open-bandit-dataset/${campaign}.csv.gz`),
);

/** Why there is nothing to replay; undefined when all of it is there. */
export const absenceOfRecordings = [RATINGS, MOVIES, PAYMENTS, CARDS, TRIPS, ...IMPRESSIONS]
  .filter((file) => !existsSync(file))
  .map((file) => `the recording ${file} is not there.`)[0];

const RATINGS_TAKEN = 1500;
const TRIPS_TAKEN = 60;
const IMPRESSIONS_TAKEN = 500;
/** Of the payments those over the threshold are taken, and each twentieth of the others. */
const PAYMENTS_STEP = 20;
const THRESHOLD = 100_000;
const SHOW_SECONDS = 6000;

export interface PartRecordings {
  /** Holds a folder for each recording. */
  readonly folder: string;
  /** By user: shows that are not finished, with their positions, as `show@seconds`. */
  readonly resume: ReadonlyMap<string, readonly string[]>;
  /** By user (the unit's name in lower case, joined by `-`): transaction ids of large payments. */
  readonly alerts: ReadonlyMap<string, readonly string[]>;
  /** What left the accounts of all units in all, in pence. */
  readonly spentPence: number;
  /** Trips that become rides. */
  readonly trips: number;
  /** Impressions of each of the four campaigns. */
  readonly impressions: number;
}

const linesOf = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');

/** Writes the parts into a new folder. */
export async function takeParts(): Promise<PartRecordings> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-parts-'));
  const resume = await takeRatings(join(folder, 'movietweetings-part'));
  const { alerts, spentPence } = await takePayments(join(folder, 'leeds-part'));
  const trips = await takeTrips(join(folder, 'nyc-taxi-part'));
  const impressions = await takeImpressions(join(folder, 'open-bandit-part'));
  return { folder, resume, alerts, spentPence, trips, impressions };
}

/** Returns how many of the trips have places and take time. */
async function takeTrips(folder: string): Promise<number> {
  const [header = '', ...trips] = (await linesOf(TRIPS)).slice(0, TRIPS_TAKEN + 1);
  await mkdir(folder);
  await writeFile(join(folder, 'trips.csv'), `${[header, ...trips].join('\n')}\n`);
  return trips.filter((trip) => {
    const [, , from = '', to = '', , , ...places] = trip.split(',');
    return from < to && places.slice(0, 4).every((degrees) => Number(degrees) !== 0);
  }).length;
}

/** Returns how many impressions were taken of each campaign. */
async function takeImpressions(folder: string): Promise<number> {
  await mkdir(folder);
  for (const file of IMPRESSIONS) {
    const lines = gunzipSync(await readFile(file))
      .toString('utf8')
      .split('\n');
    await writeFile(join(folder, basename(file)), gzipSync(lines.slice(0, IMPRESSIONS_TAKEN + 1).join('\n')));
  }
  return IMPRESSIONS_TAKEN;
}

async function takeRatings(folder: string): Promise<Map<string, string[]>> {
  const ratings = (await linesOf(RATINGS)).slice(0, RATINGS_TAKEN);
  const shows = new Set(ratings.map((rating) => rating.split('::')[1]));
  const movies = (await linesOf(MOVIES)).filter((movie) => shows.has(movie.split('::')[0]));
  await mkdir(folder);
  await writeFile(join(folder, 'ratings.dat'), `${ratings.join('\n')}\n`);
  await writeFile(join(folder, 'movies.dat'), `${movies.join('\n')}\n`);
  // The files are in order of time: a later rating of the same film replaces the earlier one.
  const latest = new Map<string, Map<string, number>>();
  for (const rating of ratings) {
    const [user = '', show = '', tenths] = rating.split('::');
    latest.set(user, (latest.get(user) ?? new Map<string, number>()).set(show, (Number(tenths) * SHOW_SECONDS) / 10));
  }
  return new Map(
    [...latest].map(([user, positions]) => [
      user,
      [...positions].flatMap(([show, at]) => (at < SHOW_SECONDS ? [`${show}@${at}`] : [])).toSorted(),
    ]),
  );
}

async function takePayments(folder: string): Promise<Pick<PartRecordings, 'alerts' | 'spentPence'>> {
  await mkdir(folder);
  const alerts = new Map<string, string[]>();
  let spentPence = 0;
  for (const [kind, file, name] of [
    ['card', CARDS, 'cards_2020-05.csv'],
    ['payment', PAYMENTS, 'payments_2020-06.csv'],
  ] as const) {
    const [header = '', ...rows] = await linesOf(file);
    const columns = header.replace(/^\uFEFF/, '').split(',');
    const cell = (row: string, column: string): string => row.split(',')[columns.indexOf(column)]?.trim() ?? '';
    const taken = rows.filter((row, index) => index % PAYMENTS_STEP === 0 || Number(cell(row, 'Amount')) > THRESHOLD);
    for (const row of taken) {
      const user = cell(row, 'Organisational Unit').toLowerCase().split(/\W+/).join('-');
      const amount = Number(cell(row, 'Amount'));
      spentPence += Math.round(amount * 100);
      const ofUser = alerts.get(user) ?? [];
      if (amount > THRESHOLD) ofUser.push(`leeds-${kind}-${cell(row, 'Transaction Number')}`);
      alerts.set(user, ofUser);
    }
    await writeFile(join(folder, name), `${[header, ...taken].join('\n')}\n`);
  }
  return { alerts, spentPence };
}
