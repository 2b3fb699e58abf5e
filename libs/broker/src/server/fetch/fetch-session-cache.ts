import { randomInt } from 'node:crypto';
import { FetchSession } from './fetch-session.ts';

/** Bounds of a {@link FetchSessionCache}. */
export interface FetchSessionCacheOptions {
  /** `max.incremental.fetch.session.cache.slots`; 0 turns sessions off. */
  readonly slots: number;
  /** `min.incremental.fetch.session.eviction.ms`: a session unused for so long gives way to a new one. */
  readonly evictionMs: number;
  readonly nowMs: () => number;
  /** Gives a session id, 1 to 2^31-1; default random, so that a restarted broker does not take an old session for a new one. */
  readonly newId?: () => number;
}

/** The sessions of all clients, bounded: a client without a session is served all the same, with whole requests. */
export class FetchSessionCache {
  readonly #options: FetchSessionCacheOptions;
  readonly #newId: () => number;
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: FetchSessionCacheOptions) {
    this.#options = options;
    this.#newId = options.newId ?? (() => randomInt(1, 2 ** 31));
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The session, marked as used now. */
  use(id: number): FetchSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    session.lastUsedMs = this.#options.nowMs();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  remove(id: number): void {
    this.#sessions.delete(id);
  }

  /** A new session for so many partitions, or undefined when all slots are held by sessions that deserve them more. */
  create(partitionCount: number, usesTopicIds: boolean): FetchSession | undefined {
    if (this.#sessions.size >= this.#options.slots && !this.#evictFor(partitionCount)) return undefined;
    let id = this.#newId();
    while (this.#sessions.has(id)) id = this.#newId();
    const session = new FetchSession(id, usesTopicIds, this.#options.nowMs());
    this.#sessions.set(id, session);
    return session;
  }

  /** Frees a slot: of the session unused for the longest, if for long enough; else of an older, smaller one. */
  #evictFor(partitionCount: number): boolean {
    const oldestMs = this.#options.nowMs() - this.#options.evictionMs;
    let smallest: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      if (session.lastUsedMs <= oldestMs) {
        this.#sessions.delete(session.id);
        return true;
      }
      if (session.createdMs > oldestMs || session.partitions.size >= partitionCount) continue;
      if (smallest === undefined || session.partitions.size < smallest.partitions.size) smallest = session;
    }
    if (smallest === undefined) return false;
    this.#sessions.delete(smallest.id);
    return true;
  }
}
