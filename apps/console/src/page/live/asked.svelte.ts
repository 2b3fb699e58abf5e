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
      await new Promise((resolve) => setTimeout(resolve, this.#intervalMs));
    }
  }
}

function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

export type Result<T> =
  { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly status: number; readonly problem: string };

/** One request for JSON. Never rejects: what went wrong is told in a sentence. */
export async function request<T>(url: string, init: RequestInit = {}): Promise<Result<T>> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    if (response.ok) return { ok: true, answer: (text === '' ? null : JSON.parse(text)) as T };
    return { ok: false, status: response.status, problem: problemIn(text) ?? `The answer was ${response.status}.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, status: 0, problem: `The console does not answer (${reason}).` };
  }
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
