/**
 * What a replay must lead to, counted over the files by this suite itself: the simulator's own comparison is part of what
 * is tested.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type SeededRandom } from './seeded-random.ts';

/** Ids of each post's likes (votes) and comments, in the order of the recording. */
export interface RecordedPost {
  readonly voteIds: readonly string[];
  readonly commentIds: readonly string[];
}

export interface Recording {
  readonly folder: string;
  readonly posts: ReadonlyMap<string, RecordedPost>;
}

const SHARED = resolve(import.meta.dirname, '../../../../shared/data/stackexchange-quantumcomputing-2018');

type Row = Readonly<Record<string, string | undefined>>;

async function rows(folder: string, file: string): Promise<Row[]> {
  const text = await readFile(join(folder, file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The totals that the feed must have, by post. */
export function recordedTotals(recording: Recording): Map<string, { likes: number; comments: number }> {
  return new Map(
    [...recording.posts].map(([postId, { voteIds, commentIds }]) => [
      postId,
      { likes: voteIds.length, comments: commentIds.length },
    ]),
  );
}

/** Removes a recording that this suite made. */
export async function removeIfMadeUp({ folder }: Recording): Promise<void> {
  if (folder !== SHARED) await rm(dirname(folder), { recursive: true });
}

/** Counts over the files of a folder. The files are in order of time. */
export async function readRecording(folder: string): Promise<Recording> {
  const posts = new Map<string, { voteIds: string[]; commentIds: string[] }>();
  for (const post of await rows(folder, 'posts.ndjson')) {
    if (post['PostTypeId'] === '1' || post['PostTypeId'] === '2')
      posts.set(post['Id']!, { voteIds: [], commentIds: [] });
  }
  for (const vote of await rows(folder, 'votes.ndjson')) {
    if (vote['VoteTypeId'] === '2') posts.get(vote['PostId']!)?.voteIds.push(vote['Id']!);
  }
  for (const comment of await rows(folder, 'comments.ndjson'))
    posts.get(comment['PostId']!)?.commentIds.push(comment['Id']!);
  return { folder, posts };
}

/** The recorded site where it is at hand, else a made-up one of a like shape, with the reason printed. */
export async function recordingAtHand(random: SeededRandom): Promise<Recording> {
  if (existsSync(SHARED)) return await readRecording(SHARED);
  process.stderr.write(`${SHARED} is not there: a made-up recording is replayed instead\n`);
  return await readRecording(await makeRecording(random));
}

const POSTS = 300;
const VOTES = 2500;
const COMMENTS = 800;
const START_MS = Date.UTC(2018, 2, 12, 17);

/** Writes a recording in which a few posts get most of the votes, as in real life. */
export async function makeRecording(random: SeededRandom): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'recording-')), 'stackexchange-madeup-2018');
  await mkdir(folder);
  const time = (index: number): string => new Date(START_MS + index * 60_000).toISOString().slice(0, -1);
  const hotPost = (): string => String(1 + Math.min(random.below(POSTS), random.below(POSTS), random.below(POSTS)));
  const posts = Array.from({ length: POSTS }, (_, index) => {
    const isAnswer = index > 0 && random.below(3) > 0;
    return {
      Id: String(index + 1),
      PostTypeId: isAnswer ? '2' : '1',
      CreationDate: time(index),
      Body: `<p>Post ${index + 1}</p>`,
      OwnerUserId: String(1 + random.below(20)),
      ...(isAnswer ? { ParentId: '1' } : { Title: `Question ${index + 1}` }),
    };
  });
  const votes = Array.from({ length: VOTES }, (_, index) => ({
    Id: String(index + 1),
    PostId: hotPost(),
    VoteTypeId: random.below(8) === 0 ? '3' : '2',
    CreationDate: `${time(POSTS + index).slice(0, 10)}T00:00:00.000`,
  }));
  const comments = Array.from({ length: COMMENTS }, (_, index) => ({
    Id: String(index + 1),
    PostId: hotPost(),
    Text: `Comment ${index + 1}`,
    CreationDate: time(POSTS + index),
    UserId: String(1 + random.below(20)),
  }));
  const users = Array.from({ length: 20 }, (_, index) => ({ Id: String(index + 1), DisplayName: `User ${index + 1}` }));
  for (const [name, list] of Object.entries({ posts, votes, comments, users })) {
    await writeFile(join(folder, `${name}.ndjson`), list.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  return folder;
}
