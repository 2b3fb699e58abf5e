/** What the tests of the bank ask of its services, with patience: a part that was killed comes back. */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface BankAccount {
  readonly accountId: string;
  /** Undefined for a counter-account. */
  readonly userId?: string;
  readonly name: string;
  readonly currency: string;
}

export interface UserAlert {
  readonly number: number;
  readonly alertId: string;
  readonly transactionId: string;
  readonly accountId: string;
  readonly amount: string;
  /** When it was written, in the transaction that judged; ISO 8601. */
  readonly detectedAt: string;
}

type Method = 'GET' | 'POST' | 'PUT';

const retryMs = 100;
const longestAnswerMs = 20_000;
const accountsPerRequest = 500;
/** Of what a request costs the machine that also measures, `fetch` would be most. */
const agent = new Agent({ connections: 64, headersTimeout: longestAnswerMs, bodyTimeout: longestAnswerMs });

/**
 * Asks until there is an answer: a connection that is refused or cut, and 5xx, are asked again.
 * @throws Error for a 4xx
 */
export async function ask(method: Method, url: string, body?: unknown): Promise<unknown> {
  for (;;) {
    const answer = await attempt(method, url, body);
    if (answer !== undefined && answer.status < 500) {
      if (answer.status < 400) return answer.text === '' ? undefined : JSON.parse(answer.text);
      throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
    }
    await delay(retryMs);
  }
}

async function attempt(method: Method, url: string, body: unknown) {
  try {
    const { statusCode, body: answered } = await request(url, {
      method,
      dispatcher: agent,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: statusCode, text: await answered.text() };
  } catch {
    return undefined;
  }
}

export async function openAccounts(ledgerUrl: string, accounts: readonly BankAccount[]): Promise<void> {
  for (let first = 0; first < accounts.length; first += accountsPerRequest)
    await ask('POST', `${ledgerUrl}/accounts`, { accounts: accounts.slice(first, first + accountsPerRequest) });
}

/** One threshold on every account that somebody holds. */
export async function setThresholds(
  alertsUrl: string,
  accounts: readonly BankAccount[],
  threshold: { readonly amount: string; readonly currency: string; readonly occurredAt?: string },
): Promise<void> {
  for (const { accountId, userId } of accounts)
    if (userId !== undefined) await ask('PUT', `${alertsUrl}/users/${userId}/thresholds/${accountId}`, threshold);
}

/** All alerts of a user, the latest first. */
export async function userAlerts(alertsUrl: string, userId: string): Promise<UserAlert[]> {
  const alerts: UserAlert[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = (await ask('GET', `${alertsUrl}/users/${userId}/alerts?limit=100${at}`)) as {
      items: UserAlert[];
      nextCursor: string | null;
    };
    alerts.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return alerts;
}
