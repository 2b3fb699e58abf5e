import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { readStackExchange } from './read-stack-exchange.ts';
import { expectedTotals } from './stack-exchange.ts';

const RECORDING = resolve(import.meta.dirname, '../../../../../../shared/data/stackexchange-quantumcomputing-2018');

const POSTS = [
  {
    Id: '1',
    PostTypeId: '1',
    CreationDate: '2018-03-12T17:00:45.567',
    Title: 'Why?',
    Body: '<p>Because</p>',
    OwnerUserId: '9',
  },
  {
    Id: '2',
    PostTypeId: '2',
    ParentId: '1',
    CreationDate: '2018-03-12T18:00:00.000',
    Body: 'So.',
    OwnerDisplayName: 'gone',
  },
  { Id: '3', PostTypeId: '4', CreationDate: '2018-03-12T18:00:00.000', Body: 'a tag wiki' },
];
const VOTES = [
  { Id: '1', PostId: '1', VoteTypeId: '2', CreationDate: '2018-03-12T00:00:00.000' },
  { Id: '2', PostId: '1', VoteTypeId: '3', CreationDate: '2018-03-12T00:00:00.000' },
  { Id: '3', PostId: '3', VoteTypeId: '2', CreationDate: '2018-03-13T00:00:00.000' },
  { Id: '4', PostId: '1', VoteTypeId: '2', CreationDate: '2018-03-13T00:00:00.000' },
];
const COMMENTS = [{ Id: '7', PostId: '2', Text: 'Hm.', CreationDate: '2018-03-12T19:00:00.000', UserId: '9' }];
const USERS = [{ Id: '9', DisplayName: 'Ada' }];

let parent: string;
let folder: string;

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'recording-'));
  folder = join(parent, 'stackexchange-chess-2020');
  await mkdir(folder);
  await writeFile(join(folder, 'posts.ndjson'), lines(POSTS));
  await writeFile(join(folder, 'votes.ndjson'), lines(VOTES));
  await writeFile(join(folder, 'comments.ndjson'), lines(COMMENTS));
  await writeFile(join(folder, 'users.ndjson'), lines(USERS));
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

describe('a Stack Exchange recording', () => {
  it('becomes posts, likes and comments in order of time', async () => {
    const trace = await readStackExchange(folder);
    expect(trace.events.map((event) => [event.kind, event.idempotencyKey])).toEqual([
      ['posts', 'chess-post-1'],
      ['likes', 'chess-vote-1'],
      ['posts', 'chess-post-2'],
      ['comments', 'chess-comment-7'],
      ['likes', 'chess-vote-4'],
    ]);
  });

  it('keeps ids, authors, times in UTC and the source of each post', async () => {
    const [question, , answer] = (await readStackExchange(folder)).events;
    expect(question).toMatchObject({ method: 'POST', path: '/posts', origin: `${join(folder, 'posts.ndjson')}:1` });
    expect(question?.body).toEqual({
      postId: '1',
      userId: '9',
      authorName: 'Ada',
      text: '<p>Because</p>',
      title: 'Why?',
      kind: 'question',
      sourceUrl: 'https://chess.stackexchange.com/q/1',
      occurredAt: '2018-03-12T17:00:45.567Z',
    });
    expect(answer).toMatchObject({ after: '1' });
    expect(answer?.body).toEqual({
      postId: '2',
      userId: 'guest-gone',
      authorName: 'gone',
      text: 'So.',
      kind: 'answer',
      parentPostId: '1',
      sourceUrl: 'https://chess.stackexchange.com/a/2',
      occurredAt: '2018-03-12T18:00:00.000Z',
    });
  });

  it('makes each up-vote a like by a voter of its own, never before its post', async () => {
    const likes = (await readStackExchange(folder)).events.filter((event) => event.kind === 'likes');
    expect(likes.map((like) => [like.method, like.path, like.body['occurredAt']])).toEqual([
      ['PUT', '/posts/1/likes/voter-1', '2018-03-12T17:00:45.567Z'],
      ['PUT', '/posts/1/likes/voter-4', '2018-03-13T00:00:00.000Z'],
    ]);
  });

  it('counts what it leaves out', async () => {
    expect((await readStackExchange(folder)).leftOut).toEqual({
      'posts that are no question or answer': 1,
      'votes that are no up-vote': 1,
      'up-votes on other posts': 1,
    });
  });

  it('knows the totals that a replay must give, zeros included', async () => {
    expect(Object.fromEntries(expectedTotals(await readStackExchange(folder)))).toEqual({
      1: { likes: 2, comments: 0 },
      2: { likes: 0, comments: 1 },
    });
  });

  it.each([
    ['{"Id": "8", "PostId"', /comments\.ndjson:2: no JSON/],
    ['[1]', /comments\.ndjson:2: the line is JSON, but no object/],
    ['{"Id": "8", "PostId": "1", "CreationDate": "2018-03-12T19:00:00"}', /comments\.ndjson:2: the row has no 'Text'/],
    [
      '{"Id": "8", "PostId": "1", "Text": 5, "CreationDate": "2018-03-12"}',
      /comments\.ndjson:2: the row 'Text' is no text/,
    ],
    [
      '{"Id": "8", "PostId": "1", "Text": "x", "CreationDate": "soon"}',
      /comments\.ndjson:2: the row 'CreationDate' is no time: "soon"/,
    ],
  ])('names file and line of a wrong row: %s', async (row, message) => {
    await writeFile(join(folder, 'comments.ndjson'), `${lines(COMMENTS)}${row}\n`);
    await expect(readStackExchange(folder)).rejects.toThrow(message);
  });
});

const absence = existsSync(RECORDING) ? undefined : `the recording ${RECORDING} is not there.`;

describeUnless(absence, 'the real recording', () => {
  it('is read whole: 677 posts, 4,119 likes, 1,324 comments, each post before what refers to it', async () => {
    const trace = await readStackExchange(RECORDING);
    const count = (kind: string): number => trace.events.filter((event) => event.kind === kind).length;
    expect([count('posts'), count('likes'), count('comments')]).toEqual([677, 4119, 1324]);
    expect(new Set(trace.events.map((event) => event.idempotencyKey)).size).toBe(trace.events.length);
    const seen = new Set<string>();
    for (const event of trace.events) {
      if (event.kind === 'posts') seen.add(event.chain);
      expect(seen.has(event.chain)).toBe(true);
      if (event.after !== undefined) expect(seen.has(event.after)).toBe(true);
    }
  });
});
