/**
 * A Stack Exchange data dump as a trace of a social medium: questions and answers become posts, up-votes likes, comments
 * comments, all with the ids and times of the files. A comment that begins with `@name` replies to the newest comment before it that
 * somebody of this name has written below the post. Of edits the files hold only the outcome, and so do the posts.
 *
 * Votes are anonymous and carry the day only: each becomes a like by a voter of its own, at the vote's day or, on the
 * post's first day, at the post's time, so that no like comes before its post. Everything else in the dump (tag wikis,
 * other votes, what belongs to posts that are not in the files) is counted and left out.
 */
import { basename, join } from 'node:path';
import { type Trace, type TraceEvent } from '../../replay/trace.ts';
import { readNdjson, type NdjsonRow } from './ndjson.ts';
import { Threads } from './threads.ts';

/** The files of a dump that a replay needs. */
export const FILES = ['posts.ndjson', 'votes.ndjson', 'comments.ndjson', 'users.ndjson'] as const;

const POST_TYPES: Readonly<Record<string, 'question' | 'answer' | undefined>> = { '1': 'question', '2': 'answer' };
const UP_VOTE = '2';

/** What a post's likes and comments must know of it. */
interface PostRow {
  readonly id: string;
  readonly occurredAtMs: number;
}

/**
 * Reads the folder of a dump.
 *
 * @throws SimulatorError for a wrong row, with its file and line.
 */
export async function readStackExchange(folder: string): Promise<Trace> {
  const reader = new StackExchangeReader(folder);
  await reader.readUsers();
  await reader.readPosts();
  await reader.readVotes();
  await reader.readComments();
  return reader.trace();
}

class StackExchangeReader {
  private readonly folder: string;
  private readonly site: string;
  private readonly names = new Map<string, string>();
  private readonly posts = new Map<string, PostRow>();
  private readonly threads = new Threads();
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

  trace(): Trace {
    const events = this.events.toSorted(
      (a, b) => a.occurredAtMs - b.occurredAtMs || rank(a) - rank(b) || Number(a.chain) - Number(b.chain),
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
      kind: 'posts',
      chain: id,
      begins: true,
      ...(knownParent === undefined ? {} : { after: knownParent }),
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
      kind: 'likes',
      chain: post.id,
      method: 'PUT',
      path: `/posts/${encodeURIComponent(post.id)}/likes/${encodeURIComponent(`voter-${id}`)}`,
      body: { occurredAt: new Date(occurredAtMs).toISOString() },
    });
  }

  private addComment(row: NdjsonRow, post: PostRow): void {
    const id = row.text('Id');
    const occurredAtMs = Math.max(row.timeMs('CreationDate'), post.occurredAtMs);
    const author = this.author(row, 'UserId', 'UserDisplayName');
    const text = row.text('Text');
    const parentCommentId = this.threads.add(post.id, { id, occurredAtMs, text, author: author.authorName });
    this.events.push({
      ...this.common(row, `comment-${id}`, occurredAtMs),
      kind: 'comments',
      chain: post.id,
      method: 'POST',
      path: `/posts/${encodeURIComponent(post.id)}/comments`,
      body: {
        commentId: id,
        ...author,
        text,
        ...(parentCommentId === undefined ? {} : { parentCommentId }),
        occurredAt: new Date(occurredAtMs).toISOString(),
      },
    });
  }

  private common(
    row: NdjsonRow,
    key: string,
    occurredAtMs: number,
  ): Pick<TraceEvent, 'begins' | 'count' | 'idempotencyKey' | 'occurredAtMs' | 'origin' | 'service'> {
    return {
      service: 'social-posts',
      begins: false,
      count: 1,
      origin: row.origin,
      idempotencyKey: `${this.site}-${key}`,
      occurredAtMs,
    };
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

const KINDS = ['posts', 'likes', 'comments'];

/** At one time a post comes before its likes. */
function rank({ kind }: TraceEvent): number {
  return KINDS.indexOf(kind);
}
