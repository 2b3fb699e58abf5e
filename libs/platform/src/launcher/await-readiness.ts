import { setTimeout as delay } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';

const POLL_MS = 150;
const DEADLINE_MS = 120_000;

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
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5000) });
    return response.ok ? undefined : await response.text();
  } catch (error) {
    if (!Error.isError(error)) return String(error);
    // What fetch itself says is "fetch failed"; why is in its cause.
    return Error.isError(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
  }
}
