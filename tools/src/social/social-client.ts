/** What the tests of MySocialMedia ask of its services, with patience: a part that was killed comes back. */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** A like as a batch carries it; `liked: false` takes it back. */
export interface SentLike {
  readonly postId: string;
  readonly userId: string;
  readonly liked?: boolean;
}

interface BatchAnswer {
  readonly results: readonly { readonly status: string; readonly problem?: { status: number; detail: string } }[];
}

const retryMs = 100;
const longestAnswerMs = 20_000;
const agent = new Agent({ connections: 64, headersTimeout: longestAnswerMs, bodyTimeout: longestAnswerMs });

/**
 * Asks until there is an answer: a connection that is refused or cut, and 5xx, are asked again with the same key.
 * @throws Error for a 4xx
 */
export async function askSocial(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  body?: unknown,
  idempotencyKey?: string,
): Promise<unknown> {
  for (;;) {
    const answer = await attempt(method, url, body, idempotencyKey);
    if (answer !== undefined && answer.status < 500) {
      if (answer.status < 400) return answer.text === '' ? undefined : JSON.parse(answer.text);
      throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
    }
    await delay(retryMs);
  }
}

async function attempt(method: 'GET' | 'POST' | 'PUT', url: string, body: unknown, idempotencyKey: string | undefined) {
  try {
    const { statusCode, body: answered } = await request(url, {
      method,
      dispatcher: agent,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: statusCode, text: await answered.text() };
  } catch {
    return undefined;
  }
}

/** Publishes `post-0`, `post-1`, …, several at a time. */
export async function publishPosts(postsUrl: string, count: number, prefix = 'post'): Promise<void> {
  let next = 0;
  const publish = async (): Promise<void> => {
    for (let post = next++; post < count; post = next++) {
      const postId = `${prefix}-${post}`;
      const body = { postId, userId: `author-${post % 500}`, text: `What everybody waits for, part ${post}` };
      await askSocial('POST', `${postsUrl}/posts`, body, postId);
    }
  };
  await Promise.all(Array.from({ length: 24 }, publish));
}

/** Sends likes in batches, each until all of it is accepted. */
export class LikeSender {
  accepted = 0;
  private batches = 0;

  constructor(
    private readonly postsUrl: string,
    private readonly name: string,
  ) {}

  async send(likes: readonly SentLike[]): Promise<void> {
    this.batches += 1;
    const key = `${this.name}-${this.batches}`;
    for (;;) {
      const { results } = (await askSocial('POST', `${this.postsUrl}/likes`, { likes }, key)) as BatchAnswer;
      const refused = results.filter(({ status }) => status !== 'accepted');
      const wrong = refused.find(({ problem }) => (problem?.status ?? 0) < 500);
      if (wrong) throw new Error(`a like was refused: ${wrong.problem?.detail}`);
      if (refused.length === 0) break;
      await delay(retryMs);
    }
    this.accepted += likes.length;
  }
}
