/**
 * How many notifications a channel gets: so many in a window, which begins with its first. Alerts over the limit wait for the next
 * window and are then told together, in one notification. None is lost.
 */
export interface RateLimit {
  readonly perWindow: number;
  readonly windowMs: number;
}

/** Where a channel stands. Moments are in milliseconds of Unix time. */
export interface ChannelPlace {
  /** The number of the last alert that was told. */
  readonly told: number;
  /** The last number of the notification that is under way, and is tried again as it is. */
  readonly telling: number | null;
  /** The number of the user's last alert. */
  readonly last: number;
  readonly overLimit: boolean;
  readonly windowStartedAtMs: number;
  readonly sent: number;
}

export type Plan =
  | (Pick<ChannelPlace, 'overLimit' | 'windowStartedAtMs' | 'sent'> & {
      readonly act: 'tell';
      readonly telling: number;
    })
  | { readonly act: 'wait'; readonly untilMs: number };

/** What is to be told next. There is at least one alert that was not. */
export function planNotification(place: ChannelPlace, limit: RateLimit, nowMs: number): Plan {
  const { told, telling, last, overLimit, windowStartedAtMs, sent } = place;
  if (telling !== null) return { act: 'tell', telling, overLimit, windowStartedAtMs, sent };
  const windowEndsMs = windowStartedAtMs + limit.windowMs;
  if (nowMs >= windowEndsMs)
    return { act: 'tell', telling: overLimit ? last : told + 1, overLimit: false, windowStartedAtMs: nowMs, sent: 1 };
  if (sent >= limit.perWindow) return { act: 'wait', untilMs: windowEndsMs };
  return { act: 'tell', telling: told + 1, overLimit, windowStartedAtMs, sent: sent + 1 };
}
