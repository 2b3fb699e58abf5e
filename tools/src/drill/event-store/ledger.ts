import { promise } from '../violation.ts';

/** What a writer knows of an event: `unknown` when its connection ended before the answer. */
export type Outcome = 'stored' | 'refused' | 'unknown';

/** An event as it is stored, or as a subscriber saw it. */
export interface SeenEvent {
  readonly eventId: string;
  readonly streamId: string;
  readonly version: number;
}

/** What was written, to hold against what is there and what was seen. */
export class Ledger {
  readonly #outcomes = new Map<string, Outcome>();

  note(eventIds: readonly string[], outcome: Outcome): void {
    for (const eventId of eventIds) this.#outcomes.set(eventId, outcome);
  }

  count(outcome: Outcome): number {
    return [...this.#outcomes.values()].filter((each) => each === outcome).length;
  }

  /** @throws Violation unless all that was acknowledged is stored, and nothing that was rolled back. */
  checkStored(stored: readonly SeenEvent[]): void {
    const ids = new Set(stored.map(({ eventId }) => eventId));
    for (const [eventId, outcome] of this.#outcomes) {
      promise(outcome !== 'stored' || ids.has(eventId), 'what was acknowledged is stored', () => eventId);
      promise(outcome !== 'refused' || !ids.has(eventId), 'what was rolled back is not stored', () => eventId);
    }
    for (const eventId of ids)
      promise(this.#outcomes.has(eventId), 'nothing is stored that nobody wrote', () => eventId);
  }
}

/** @throws Violation unless each stream's versions are 1, 2, 3 … in this order. */
export function checkVersions(events: readonly SeenEvent[], who: string): void {
  const versions = new Map<string, number>();
  for (const { streamId, version } of events) {
    const before = versions.get(streamId) ?? 0;
    promise(version === before + 1, 'versions of a stream have no gap and no turn', () => {
      return `${who} saw version ${version} of ${streamId} after ${before}`;
    });
    versions.set(streamId, version);
  }
}

/** @throws Violation unless a subscriber saw every stored event once, in the order of the store. */
export function checkSeen(seen: readonly SeenEvent[], stored: readonly SeenEvent[], who: string): void {
  const ids = new Set(seen.map(({ eventId }) => eventId));
  promise(ids.size === seen.length, 'a subscriber sees no event twice', () => {
    return `${who} saw ${seen.length} events of ${ids.size} ids`;
  });
  const skipped = stored.filter(({ eventId }) => !ids.has(eventId));
  promise(skipped.length === 0, 'a subscriber skips no event', () => {
    const [first] = skipped;
    return `${who} never saw ${skipped.length} of ${stored.length}, the first version ${first!.version} of ${first!.streamId}`;
  });
  const turned = seen.findIndex(({ eventId }, index) => eventId !== stored[index]?.eventId);
  promise(turned === -1, 'a subscriber sees events in the order of the store', () => `${who} from event ${turned} on`);
}
