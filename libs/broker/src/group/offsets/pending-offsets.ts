import type { OffsetCommitKey, OffsetCommitValue } from '../../protocol/index.ts';

/** An offset that counts when its transaction is committed. */
export interface PendingOffset {
  readonly key: OffsetCommitKey;
  readonly value: OffsetCommitValue;
  /** Of its record in the log: an offset committed later, outside of the transaction, stands. */
  readonly recordOffset: number;
}

/** The offsets of open transactions of one partition of the offsets topic, by producer. */
export class PendingOffsets {
  readonly #producers = new Map<number, Map<string, PendingOffset>>();

  put(producerId: number, pending: PendingOffset): void {
    const offsets = this.#producers.get(producerId) ?? new Map<string, PendingOffset>();
    this.#producers.set(producerId, offsets);
    offsets.set(keyOf(pending.key), pending);
  }

  /** Ends the producer's transaction; returns what it had. */
  take(producerId: number): PendingOffset[] {
    const offsets = this.#producers.get(producerId);
    this.#producers.delete(producerId);
    return offsets === undefined ? [] : [...offsets.values()];
  }

  has(group: string, topic: string, partition: number): boolean {
    if (this.#producers.size === 0) return false;
    const key = keyOf({ group, topic, partition });
    for (const offsets of this.#producers.values()) if (offsets.has(key)) return true;
    return false;
  }

  /** The keys that a group has in open transactions; some may be in several. */
  ofGroup(group: string): OffsetCommitKey[] {
    return [...this.#producers.values()]
      .flatMap((offsets) => [...offsets.values()])
      .map(({ key }) => key)
      .filter((key) => key.group === group);
  }

  hasGroup(group: string): boolean {
    return this.#producers.size > 0 && this.ofGroup(group).length > 0;
  }

  /** A deleted offset does not come back with its transaction. */
  remove(key: OffsetCommitKey): void {
    for (const [producerId, offsets] of this.#producers)
      if (offsets.delete(keyOf(key)) && offsets.size === 0) this.#producers.delete(producerId);
  }

  clear(): void {
    this.#producers.clear();
  }
}

/** Names of topics have no slash. */
function keyOf({ group, topic, partition }: OffsetCommitKey): string {
  return `${topic}/${partition}/${group}`;
}
