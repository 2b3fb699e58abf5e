/**
 * What a service answers, asked again and again while a component shows it. An answer stays when the next one fails, with
 * what went wrong beside it; a question that changed forgets the answer of the one before.
 */
export class Asked<T> {
  answer = $state.raw<T | null>(null);
  /** Why the last question had no answer, in one sentence. */
  problem = $state<string | null>(null);
  readonly #intervalMs: number;
  #abort = new AbortController();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Asks at `url` until the returned function is called; null asks nothing. */
  ask(url: string | null): () => void {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.answer = null;
    this.problem = null;
    if (url !== null) void this.#repeat(url, abort.signal);
    return () => abort.abort();
  }

  async #repeat(url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const result = await request<T>(url, { signal });
      // The question may have been taken back meanwhile.
      if (isOver(signal)) return;
      if (result.ok) this.answer = result.answer;
      this.problem = result.ok ? null : result.problem;
      await pause(this.#intervalMs);
    }
  }
}

function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

export type Result<T> =
  { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly status: number; readonly problem: string };

/** After so long a question that was lost on the way is asked again. A browser drops what is under way when its network changes. */
const ASK_AGAIN_MS = [250, 1000];

/** One request for JSON. Never rejects: what went wrong is told in a sentence. A question is asked again when it is lost, a command never. */
export async function request<T>(url: string, init: RequestInit = {}): Promise<Result<T>> {
  const pauses = init.method === undefined ? [...ASK_AGAIN_MS] : [];
  for (;;) {
    try {
      const response = await fetch(url, init);
      const text = await response.text();
      if (response.ok) return { ok: true, answer: (text === '' ? null : JSON.parse(text)) as T };
      return { ok: false, status: response.status, problem: problemIn(text) ?? `The answer was ${response.status}.` };
    } catch (error) {
      const pauseMs = isLost(error) ? pauses.shift() : undefined;
      if (pauseMs === undefined)
        return { ok: false, status: 0, problem: `The console does not answer (${reasonOf(error)}).` };
      await pause(pauseMs);
    }
  }
}

/** Whether the network has failed, rather than somebody taken the question back, or the answer not been JSON. */
export function isLost(error: unknown): boolean {
  return error instanceof TypeError;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Sends `body` as JSON. */
export function send<T>(method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object): Promise<Result<T>> {
  const headers = { 'content-type': 'application/json' };
  return request<T>(url, { method, ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }) });
}

/** The words of a problem document (RFC 9457), with what is wrong with each field. */
export function problemIn(text: string): string | null {
  try {
    const { detail, errors } = JSON.parse(text) as { detail?: unknown; errors?: readonly { detail?: unknown }[] };
    const fields = (errors ?? []).map((error) => String(error.detail));
    return fields.length > 0 ? fields.join('; ') : typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}
