import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runReplay } from './run-replay.ts';

const FILES = {
  posts: [
    { Id: '1', PostTypeId: '1', CreationDate: '2018-03-12T17:00:45.567', Title: 'Why?', Body: 'x', OwnerUserId: '9' },
  ],
  votes: [
    { Id: '5', PostId: '1', VoteTypeId: '2', CreationDate: '2018-03-12T00:00:00.000' },
    { Id: '6', PostId: '1', VoteTypeId: '2', CreationDate: '2018-03-13T00:00:00.000' },
  ],
  comments: [{ Id: '7', PostId: '1', Text: 'Hm.', CreationDate: '2018-03-12T19:00:00.000', UserId: '9' }],
  users: [{ Id: '9', DisplayName: 'Ada' }],
};

/** Stands where both services are: counts what it takes, refuses what it is told to. */
class Counter {
  readonly taken = new Set<string>();
  refuses: (url: string) => boolean = () => false;
  readonly server: Server = createServer((request, response) => this.answer(request, response));

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const url = request.url ?? '';
    if (url.endsWith('/health/live')) response.end();
    else if (url.endsWith('/totals')) {
      const count = (part: string): number => [...this.taken].filter((taken) => taken.includes(part)).length;
      response.end(JSON.stringify({ postId: '1', likes: count('/likes/'), comments: count('/comments') }));
    } else if (this.refuses(url)) response.writeHead(422).end('{"detail":"too many likes"}');
    else {
      this.taken.add(`${url} ${String(request.headers['idempotency-key'])}`);
      response.writeHead(204).end();
    }
  }
}

let parent: string;
let folder: string;
let counter: Counter;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'replay-'));
  folder = join(parent, 'stackexchange-chess-2020');
  await mkdir(folder);
  for (const [name, rows] of Object.entries(FILES)) {
    await writeFile(join(folder, `${name}.ndjson`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  counter = new Counter();
  counter.server.listen(0, '127.0.0.1');
  await once(counter.server, 'listening');
});

afterEach(async () => {
  counter.server.close().closeAllConnections();
  await rm(parent, { recursive: true });
});

async function run(options: { folder?: string; postsUrl?: string } = {}): Promise<{ ok: boolean; text: string }> {
  let text = '';
  const output = { write: (chunk: string) => (text += chunk) };
  const limits = { concurrency: 2, verifyPatienceMs: 300, giveUpAfterMs: 60_000, ...options };
  const addresses = new Map([
    ['social-posts', options.postsUrl ?? counter.url],
    ['social-feed', counter.url],
  ]);
  const command = { folder: options.folder ?? folder, speed: 'max', verify: true, addresses, ...limits } as const;
  const ok = await runReplay(command, { output, folders: [parent] });
  return { ok, text };
}

describe('the replay command', () => {
  it('succeeds when all was acknowledged and the totals are equal', async () => {
    const { ok, text } = await run();
    expect(ok).toBe(true);
    expect(text).toContain('Acknowledged 4 in ');
    expect(text).toMatch(/Latency p50 [\d.]+ ms, p90 [\d.]+ ms, p99 [\d.]+ ms, longest [\d.]+ ms/);
    expect(text).toContain('The totals of every post are equal: 1 posts.');
  });

  it('may be run again', async () => {
    await run();
    const { ok } = await run();
    expect(ok).toBe(true);
    expect(counter.taken.size).toBe(4);
  });

  it('fails when a command was refused, and says where it stands in the files', async () => {
    counter.refuses = (url) => url.includes('voter-6');
    const { ok, text } = await run();
    expect(ok).toBe(false);
    expect(text).toContain('REFUSED 1 commands:');
    expect(text).toContain(`${join(folder, 'votes.ndjson')}:2: 422 too many likes`);
  });

  it('fails when totals differ, and names the posts', async () => {
    counter.taken.add('/posts/1/likes/someone-else');
    const { ok, text } = await run();
    expect(ok).toBe(false);
    expect(text).toContain('1 of 1 posts DIFFER:');
    expect(text).toContain('1: recording 2 likes, 1 comments; social-feed 3 likes, 1 comments');
  });

  it('takes each recording of a folder, and says what it knows when there is none', async () => {
    const { ok, text } = await run({ folder: parent });
    expect(ok).toBe(true);
    expect(text).toContain('Replaying stackexchange-chess-2020 (Stack Exchange): 1 posts, 2 likes, 1 comments');
    await rm(join(folder, 'users.ndjson'));
    await expect(run({ folder: parent })).rejects.toThrow(
      `${parent} holds no recording that is known: Stack Exchange (posts.ndjson, votes.ndjson, comments.ndjson, users.ndjson), MovieTweetings`,
    );
    await expect(run({ folder: join(parent, 'none') })).rejects.toThrow(`There is no folder ${join(parent, 'none')}`);
  });

  it('says at once that nothing answers', async () => {
    await expect(run({ postsUrl: 'http://127.0.0.1:1' })).rejects.toThrow(
      'Nothing answers at http://127.0.0.1:1: start the demo with `npm start` in another terminal, then run the same again.',
    );
  });
});
