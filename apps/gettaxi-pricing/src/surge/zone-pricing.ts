/**
 * The state of one zone: the price of its last closed window, the windows that are open, and what is known from outside. Pure, and by
 * event time alone: the same events give the same prices, however fast and in whatever order within grace they come.
 *
 * Windows are closed one after another, each once, when event time is past their end and grace; what a closed window costs is final.
 * Until then the newest window's price is told as it stands, weighted by how much of the window is over. A zone in which nothing happens
 * goes on closing empty windows until its price rests; a zone that rests without a signal is forgotten.
 */
import type { MemoryTime, Remembered } from '@headwater/streams';
import { rawSurge, roundedSurge, smoothedSurge, type SurgeFormula, type ZoneCounts } from './surge-formula.ts';

/** What is known from outside. */
export interface Signal {
  readonly factor: number;
  /** Windows that begin from here on do not know it; null when it stands. */
  readonly validUntilMs: number | null;
}

/** A ride was requested; a taxi was free; something is known from outside. */
export type ZoneEvent = 'demand' | 'supply' | Signal;

interface ZoneWindow extends ZoneCounts {
  readonly startMs: number;
  /** The newest event in it. */
  readonly newestMs: number;
}

export interface ZoneState {
  /** Of the last closed window, unrounded. */
  readonly surge: number;
  /** Where the last closed window ended; null before the first. */
  readonly closedUntilMs: number | null;
  readonly signal: Signal | null;
  /** Open, by time. */
  readonly windows: readonly ZoneWindow[];
}

/** What is told of a zone. */
export interface ZonePrice extends ZoneCounts {
  readonly windowStartMs: number;
  readonly signal: number;
  readonly surge: number;
  readonly isFinal: boolean;
  readonly occurredAtMs: number;
}

export interface PricingRules {
  readonly windowMs: number;
  readonly graceMs: number;
  readonly formula: SurgeFormula;
}

type Tell = (price: ZonePrice) => void;

const unknownZone: ZoneState = { surge: 1, closedUntilMs: null, signal: null, windows: [] };
const noCounts: ZoneCounts = { demand: 0, supply: 0 };

export class ZonePricing {
  constructor(private readonly rules: PricingRules) {}

  /** An event of a zone. */
  readonly meet = (
    remembered: Remembered<ZoneState> | undefined,
    event: ZoneEvent,
    timestampMs: number,
    tell: Tell,
    time: MemoryTime,
  ): Remembered<ZoneState> | undefined => {
    const state = remembered?.state ?? unknownZone;
    const isCount = typeof event === 'string';
    // What is known from outside is of the window that event time is in, whenever it was said.
    const atMs = isCount || time.streamTimeMs < 0 ? timestampMs : time.streamTimeMs;
    const startMs = this.startOf(atMs);
    if (this.isClosed(startMs, state, time.streamTimeMs)) {
      time.late();
      return remembered;
    }
    const windows = withEvent(state.windows, startMs, event, atMs);
    const changed = { ...state, windows, signal: isCount ? state.signal : event };
    this.tellNewest(changed, tell);
    return this.remembered(changed);
  };

  /** Event time is past the end and grace of a window. */
  readonly over = (state: ZoneState, tell: Tell): Remembered<ZoneState> | undefined => {
    const startMs = this.nextStart(state);
    if (startMs === undefined) return undefined;
    const endMs = startMs + this.rules.windowMs;
    const [first] = state.windows;
    const isCounted = first?.startMs === startMs;
    const price = this.price(isCounted ? first : noCounts, startMs, state);
    const rest = this.restingSurge(startMs, state);
    const surge = roundedSurge(price.surge) === roundedSurge(rest) ? rest : price.surge;
    tell({ ...price, surge: roundedSurge(surge), isFinal: true, occurredAtMs: endMs });
    const windows = isCounted ? state.windows.slice(1) : state.windows;
    const closed = { ...state, surge, closedUntilMs: endMs, windows };
    // The newest is what holds.
    this.tellNewest(closed, tell);
    return this.remembered(closed);
  };

  private startOf(timeMs: number): number {
    return Math.floor(timeMs / this.rules.windowMs) * this.rules.windowMs;
  }

  private isClosed(startMs: number, { closedUntilMs }: ZoneState, streamTimeMs: number): boolean {
    const { windowMs, graceMs } = this.rules;
    return startMs + windowMs + graceMs <= streamTimeMs || startMs < (closedUntilMs ?? startMs);
  }

  /** The window that is closed next: none is left out until the price rests; then the next that has something, or ends the signal. */
  private nextStart(state: ZoneState): number | undefined {
    const { closedUntilMs, windows, surge, signal } = state;
    const validUntilMs = signal?.validUntilMs ?? null;
    const firstMs = windows[0]?.startMs;
    if (closedUntilMs === null) return firstMs;
    if (surge !== this.restingSurge(closedUntilMs, state)) return closedUntilMs;
    if (this.signalAt(closedUntilMs, state) === 1 || validUntilMs === null) return firstMs;
    const afterSignalMs = Math.ceil(validUntilMs / this.rules.windowMs) * this.rules.windowMs;
    return Math.min(firstMs ?? afterSignalMs, afterSignalMs);
  }

  /** What a zone comes to in which nothing happens. */
  private restingSurge(startMs: number, state: ZoneState): number {
    return rawSurge(noCounts, this.signalAt(startMs, state), this.rules.formula);
  }

  private remembered(state: ZoneState): Remembered<ZoneState> | undefined {
    const { windowMs, graceMs } = this.rules;
    const startMs = this.nextStart(state);
    if (startMs !== undefined) return { state, untilMs: startMs + windowMs + graceMs - 1 };
    return state.surge === 1 ? undefined : { state, untilMs: Number.MAX_SAFE_INTEGER };
  }

  private tellNewest(state: ZoneState, tell: Tell): void {
    const newest = state.windows.at(-1);
    if (!newest) return;
    let { surge } = state;
    let price: ZonePrice | undefined;
    for (const window of state.windows) {
      const share = window === newest ? (window.newestMs - window.startMs) / this.rules.windowMs : 1;
      price = this.price(window, window.startMs, { ...state, surge }, share);
      surge = price.surge;
    }
    if (price) tell({ ...price, surge: roundedSurge(surge), occurredAtMs: newest.newestMs });
  }

  private price({ demand, supply }: ZoneCounts, startMs: number, state: ZoneState, share = 1): ZonePrice {
    const { formula } = this.rules;
    const signal = this.signalAt(startMs, state);
    const raw = rawSurge({ demand, supply }, signal, formula);
    const surge = smoothedSurge(state.surge, raw, formula, share);
    return { windowStartMs: startMs, demand, supply, signal, surge, isFinal: false, occurredAtMs: startMs };
  }

  private signalAt(startMs: number, { signal }: ZoneState): number {
    if (!signal || (signal.validUntilMs !== null && startMs >= signal.validUntilMs)) return 1;
    return signal.factor;
  }
}

function withEvent(
  windows: readonly ZoneWindow[],
  startMs: number,
  event: ZoneEvent,
  timestampMs: number,
): readonly ZoneWindow[] {
  const found = windows.find((window) => window.startMs === startMs);
  const { demand, supply, newestMs } = found ?? { demand: 0, supply: 0, newestMs: timestampMs };
  const changed: ZoneWindow = {
    startMs,
    demand: demand + Number(event === 'demand'),
    supply: supply + Number(event === 'supply'),
    newestMs: Math.max(newestMs, timestampMs),
  };
  const others = windows.filter((window) => window !== found);
  return [...others, changed].sort((one, other) => one.startMs - other.startMs);
}
