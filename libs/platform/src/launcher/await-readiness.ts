import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';

const POLL_MS = 150;
const DEADLINE_MS = 120_000;
const ANSWER_MS = 5_000;

/**
 * Waits until a service says at `/health/ready` that it can do its work: it listens before its subscriptions have joined their
 * groups. Returns early when `isOver` does.
 *
 * @throws DemoError naming the checks that still fail after two minutes.
 */
export async function awaitReadiness(name: string, url: string, isOver: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (!isOver()) {
    const failure = await failureOf(url);
    if (failure === undefined) return;
    if (performance.now() > deadlineMs)
      throw new DemoError('PART_FAILED', `${name} listens but is not ready after two minutes: ${failure}`);
    await delay(POLL_MS);
  }
}

/** Why the service is not ready; undefined when it is. */
async function failureOf(url: string): Promise<string | undefined> {
  try {
    const answer = await answerOf(`${url}/health/ready`);
    const body = await text(answer);
    return answer.statusCode === 200 ? undefined : body;
  } catch (error) {
    return Error.isError(error) ? error.message : String(error);
  }
}

/** By `node:http`: the first `fetch` of a process loads a client of its own, while every service wants the processor. */
function answerOf(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: ANSWER_MS }, resolve);
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
  });
}
