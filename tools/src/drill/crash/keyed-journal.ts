/** What is known of the records that one idempotent producer wrote into one partition of a compacted topic. */
import { promise } from '../violation.ts';
import { StreamJournal, type FoundRecord } from './stream-journal.ts';

/** A record of a key, in the order of sending. */
interface Written {
  readonly sequence: number;
  readonly isTombstone: boolean;
}

export class KeyedJournal extends StreamJournal {
  readonly #byKey = new Map<string, Written[]>();
  readonly #keys = new Map<number, string>();

  /** Notes what is about to be sent. */
  write(key: string, sequence: number, isTombstone: boolean): void {
    const written = this.#byKey.get(key) ?? [];
    written.push({ sequence, isTombstone });
    this.#byKey.set(key, written);
    this.#keys.set(sequence, key);
  }

  isTombstone(sequence: number): boolean {
    return this.#byKey.get(this.#keys.get(sequence)!)!.some((one) => one.sequence === sequence && one.isTombstone);
  }

  keyOf(sequence: number): string {
    return this.#keys.get(sequence)!;
  }

  /** Compaction takes records away; the last of each key stays, and what stays is where it was. */
  check(found: readonly FoundRecord[]): void {
    const latest = new Map<string, FoundRecord>();
    let lastSequence = -1;
    for (const record of found) {
      const { key, sequence, offset } = record;
      if (sequence >= 0) {
        promise(this.#keys.get(sequence) === key, 'a record keeps its key', () => `${this.describe(sequence)}: ${key}`);
        promise(sequence > lastSequence, 'no record is there twice, and order is kept', () => {
          return `${this.describe(sequence)} after ${lastSequence}`;
        });
        lastSequence = sequence;
        this.acknowledge(sequence, offset);
      }
      latest.set(key!, record);
    }
    for (const [key, written] of this.#byKey) this.#checkKey(key, written, latest.get(key));
  }

  connectionLost(): void {
    // It sends again what was not acknowledged.
  }

  #checkKey(key: string, written: readonly Written[], latest: FoundRecord | undefined): void {
    const acknowledged = written.findLastIndex(({ sequence }) => this.acknowledged.has(sequence));
    const possible = written.slice(Math.max(acknowledged, 0));
    const isThere = possible.some((one) =>
      latest === undefined || latest.sequence < 0 ? one.isTombstone : one.sequence === latest.sequence,
    );
    const mayBeMissing = acknowledged < 0 && latest === undefined;
    promise(isThere || mayBeMissing, 'the latest value of each key survives compaction', () => {
      const state =
        latest === undefined ? 'missing' : latest.sequence < 0 ? 'a tombstone' : `record ${latest.sequence}`;
      const wanted = possible.map(({ sequence, isTombstone }) => `${sequence}${isTombstone ? ' (tombstone)' : ''}`);
      return `key ${key} of ${this.name} is ${state}, and should be ${wanted.join(' or ')}`;
    });
  }
}
