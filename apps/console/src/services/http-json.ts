const TIMEOUT_MS = 3000;
/** More than any page shows. */
export const MAXIMUM_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Gets JSON from another service.
 * @throws Error whose message says in a few words what went wrong
 */
export async function getJson(url: string, stopping: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)]) });
  } catch (error) {
    throw new Error(reasonOf(error, TIMEOUT_MS), { cause: error });
  }
  const text = await response.text();
  if (!response.ok) throw new Error(`answered ${response.status}`);
  if (text.length > MAXIMUM_ANSWER_BYTES) throw new Error('answered more than the console takes');
  return JSON.parse(text) as unknown;
}

/** fetch says only "fetch failed"; what the network said is in the cause. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  if (!Error.isError(error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const cause: unknown = error.cause;
  if (Error.isError(cause) && 'code' in cause) {
    return cause.code === 'ECONNREFUSED' ? 'refuses connections' : String(cause.code);
  }
  return Error.isError(cause) ? cause.message : error.message;
}
