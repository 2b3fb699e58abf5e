import { Injectable } from '@nestjs/common';

/** Which question a check answers. */
export type HealthKind = 'live' | 'ready';

/** What a check says when asked. `detail` is shown to operators, so it holds no secret. */
export interface HealthResult {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Asked on every probe; a rejection or an answer later than `CHECK_TIMEOUT_MS` counts as not ok. */
export type HealthCheck = () => HealthResult | Promise<HealthResult>;

/** The answer to `/health/live` or `/health/ready`. */
export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<string, HealthResult>>;
}

const CHECK_TIMEOUT_MS = 3000;

/**
 * The process's health, to which libraries add their checks at start.
 *
 * - live: the process can still make progress. Fails only when a restart is the cure (a consumer that is wedged), never
 *   because a broker or a database is away.
 * - ready: requests can be served now. Fails at start, during shutdown and while a dependency is away.
 */
@Injectable()
export class HealthChecks {
  private readonly checks: Record<HealthKind, Map<string, HealthCheck>> = { live: new Map(), ready: new Map() };
  private servingState: 'starting' | 'serving' | 'stopping' = 'starting';

  /** Adds a check and returns a function that removes it. A name is used once per kind; adding it again throws. */
  add(kind: HealthKind, name: string, check: HealthCheck): () => void {
    const checks = this.checks[kind];
    if (checks.has(name)) throw new Error(`health check '${name}' is already there: give each check its own name`);
    checks.set(name, check);
    return () => checks.delete(name);
  }

  /** Called by bootstrap: readiness stays off until `serving` and goes off for good at `stopping`. */
  setServingState(state: 'serving' | 'stopping'): void {
    if (this.servingState !== 'stopping') this.servingState = state;
  }

  async report(kind: HealthKind): Promise<HealthReport> {
    const answers = await Promise.all(
      [...this.checks[kind]].map(async ([name, check]) => [name, await ask(check)] as const),
    );
    const checks: Record<string, HealthResult> = Object.fromEntries(answers);
    if (kind === 'ready' && this.servingState !== 'serving')
      checks['service'] = { ok: false, detail: this.servingState };
    const ok = Object.values(checks).every((result) => result.ok);
    return { status: ok ? 'ok' : 'unavailable', checks };
  }
}

async function ask(check: HealthCheck): Promise<HealthResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthResult>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
