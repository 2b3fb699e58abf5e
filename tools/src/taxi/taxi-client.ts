/** What riders and drivers ask of dispatch, with patience: an instance that was killed comes back. */
import { setTimeout as delay } from 'node:timers/promises';

export interface TaxiAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** The part of a ride that its rider and its driver go by. */
export interface RideAnswer {
  readonly rideId: string;
  readonly status:
    'requested' | 'offered' | 'accepted' | 'underWay' | 'completed' | 'paid' | 'cancelled' | 'unfulfilled';
  readonly taxiId: string | null;
  readonly distanceMeters: number | null;
}

const retryMs = 100;
const longestAnswerMs = 20_000;

/** Asks until there is an answer: a connection that is refused or cut, and 5xx, are asked again. */
export async function answerOf<Body>(
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TaxiAnswer<Body>> {
  for (;;) {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(longestAnswerMs),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response && text !== undefined && response.status < 500)
      return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
    await delay(retryMs);
  }
}
