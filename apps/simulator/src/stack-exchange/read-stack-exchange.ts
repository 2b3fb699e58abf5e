/**
 * A Stack Exchange data dump as a trace of a social medium: questions and answers become posts, up-votes likes, comments
 * comments, all with the ids and times of the files.
 *
 * Votes are anonymous and carry the day only: each becomes a like by a voter of its own, at the vote's day or, on the
 * post's first day, at the post's time, so that no like comes before its post. Everything else in the dump (tag wikis,
 * other votes, what belongs to posts that are not in the files) is counted and left out.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Trace, type TraceEvent } from '../replay/trace.ts';
import { SimulatorError } from '../simulator-error.ts';
import { readNdjson, type NdjsonRow } from './ndjson.ts';

const FILES = ['posts.ndjson', 'votes.ndjson', 'comments.ndjson', 'users.ndjson'] as const;

const POST_TYPES: Readonly<Record<string, 'question' | 'answer' | undefined>> = { '1': 'question', '2': 'answer' };
const UP_VOTE = '2';

/** A trace with what was left out of the files, by reason. */
export interface StackExchangeTrace extends Trace {
  readonly leftOut: Readonly<Record<string, number>>;
}

/** What a post's likes and comments must know of it. */
interface PostRow {
  readonly id: string;
  readonly occurredAtMs: number;
}

/**
 * Reads the folder of a dump.
 *
 * @throws SimulatorError for a folder or file that is missing, and for a wrong row with its file and line.
 */
export async function readStackExchange(folder: string): Promise<StackExchangeTrace> {
  await assertFolder(folder);
  const reader = new StackExchangeReader(folder);
  await reader.readUsers();
  await reader.readPosts();
  await reader.readVotes();
  await reader.readComments();
  return reader.trace();
}

async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) {
    throw new SimulatorError(
      'TRACE_FOLDER_MISSING',
      `There is no folder ${folder}: give the path of a recorded data set.`,
    );
  }
  if (!found.isDirectory()) {
    throw new SimulatorError('TRACE_FOLDER_MISSING', `${folder} is no folder: give the folder that holds ${FILES[0]}.`);
  }
  for (const file of FILES) {
    const there = await stat(join(folder, file)).catch(() => undefined);
    if (there?.isFile()) continue;
    const message = `${folder} holds no ${file}: a Stack Exchange recording has ${FILES.join(', ')}.`;
    throw new SimulatorError('TRACE_FILE_MISSING', message);
  }
}

class StackExchangeReader {
  private readonly folder: string;
  private readonly site: string;
  private readonly names = new Map<string, string>();
  private readonly posts = new Map<string, PostRow>();
  private readonly events: TraceEvent[] = [];
  private readonly leftOut: Record<string, number> = {};

  constructor(folder: string) {
    this.folder = folder;
    this.site = siteOf(basename(folder));
  }

  async readUsers(): Promise<void> {
    for await (const row of this.rows('users.ndjson')) this.names.set(row.text('Id'), row.text('DisplayName'));
  }

  async readPosts(): Promise<void> {
    for await (const row of this.rows('posts.ndjson')) {
      const kind = POST_TYPES[row.text('PostTypeId')];
      if (kind === undefined) this.leaveOut('posts that are no question or answer');
      else this.addPost(row, kind);
    }
  }

  async readVotes(): Promise<void> {
    for await (const row of this.rows('votes.ndjson')) {
      const post = this.posts.get(row.text('PostId'));
      if (row.text('VoteTypeId') !== UP_VOTE) this.leaveOut('votes that are no up-vote');
      else if (!post) this.leaveOut('up-votes on other posts');
      else this.addLike(row, post);
    }
  }

  async readComments(): Promise<void> {
    for await (const row of this.rows('comments.ndjson')) {
      const post = this.posts.get(row.text('PostId'));
      if (!post) this.leaveOut('comments on other posts');
      else this.addComment(row, post);
    }
  }

  trace(): StackExchangeTrace {
    const rank = { post: 0, like: 1, comment: 2 } as const;
    const events = this.events.toSorted(
      (a, b) => a.occurredAtMs - b.occurredAtMs || rank[a.kind] - rank[b.kind] || byNumber(a.postId, b.postId),
    );
    return { name: basename(this.folder), events, leftOut: this.leftOut };
  }

  private rows(file: (typeof FILES)[number]): AsyncGenerator<NdjsonRow> {
    return readNdjson(join(this.folder, file));
  }

  private leaveOut(reason: string): void {
    this.leftOut[reason] = (this.leftOut[reason] ?? 0) + 1;
  }

  private addPost(row: NdjsonRow, kind: 'question' | 'answer'): void {
    const id = row.text('Id');
    if (this.posts.has(id)) row.fail(`repeats the post ${id}`);
    const occurredAtMs = row.timeMs('CreationDate');
    this.posts.set(id, { id, occurredAtMs });
    const parent = kind === 'answer' ? row.text('ParentId') : undefined;
    const knownParent = parent !== undefined && this.posts.has(parent) ? parent : undefined;
    const title = row.optionalText('Title');
    this.events.push({
      ...this.common(row, `post-${id}`, occurredAtMs),
      kind: 'post',
      postId: id,
      ...(knownParent === undefined ? {} : { afterPostId: knownParent }),
      method: 'POST',
      path: '/posts',
      body: {
        postId: id,
        ...this.author(row, 'OwnerUserId', 'OwnerDisplayName'),
        text: row.text('Body'),
        ...(title === undefined ? {} : { title }),
        kind,
        ...(knownParent === undefined ? {} : { parentPostId: knownParent }),
        sourceUrl: `https://${this.site}.stackexchange.com/${kind === 'question' ? 'q' : 'a'}/${id}`,
        occurredAt: new Date(occurredAtMs).toISOString(),
      },
    });
  }

  private addLike(row: NdjsonRow, post: PostRow): void {
    const id = row.text('Id');
    const occurredAtMs = Math.max(row.timeMs('CreationDate'), post.occurredAtMs);
    this.events.push({
      ...this.common(row, `vote-${id}`, occurredAtMs),
      kind: 'like',
      postId: post.id,
      method: 'PUT',
      path: `/posts/${encodeURIComponent(post.id)}/likes/${encodeURIComponent(`voter-${id}`)}`,
      body: { occurredAt: new Date(occurredAtMs).toISOString() },
    });
  }

  private addComment(row: NdjsonRow, post: PostRow): void {
    const id = row.text('Id');
    const occurredAtMs = Math.max(row.timeMs('CreationDate'), post.occurredAtMs);
    this.events.push({
      ...this.common(row, `comment-${id}`, occurredAtMs),
      kind: 'comment',
      postId: post.id,
      method: 'POST',
      path: `/posts/${encodeURIComponent(post.id)}/comments`,
      body: {
        commentId: id,
        ...this.author(row, 'UserId', 'UserDisplayName'),
        text: row.text('Text'),
        occurredAt: new Date(occurredAtMs).toISOString(),
      },
    });
  }

  private common(
    row: NdjsonRow,
    key: string,
    occurredAtMs: number,
  ): Pick<TraceEvent, 'origin' | 'idempotencyKey' | 'occurredAtMs'> {
    return { origin: row.origin, idempotencyKey: `${this.site}-${key}`, occurredAtMs };
  }

  /** A deleted account leaves its name only, or nothing. */
  private author(row: NdjsonRow, idField: string, nameField: string): { userId: string; authorName?: string } {
    const id = row.optionalText(idField);
    const name = (id === undefined ? undefined : this.names.get(id)) ?? row.optionalText(nameField);
    return { userId: id ?? `guest-${name ?? 'unknown'}`, ...(name === undefined ? {} : { authorName: name }) };
  }
}

/** `stackexchange-quantumcomputing-2018` -> `quantumcomputing`: the licence asks for a link to the source. */
function siteOf(folderName: string): string {
  return /^stackexchange-([a-z0-9]+)/.exec(folderName)?.[1] ?? 'quantumcomputing';
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}
