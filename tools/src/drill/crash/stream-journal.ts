/** What is known of the records that one producer wrote into one partition, and what must be found of them after a crash. */
import type { TopicPartition } from '../broker/requests.ts';
import { promise, Violation } from '../violation.ts';

export interface FoundRecord {
  readonly offset: number;
  readonly sequence: number;
  readonly key: string | null;
}

/** A producer's view of its stream. Sequences number its records from 0. */
export abstract class StreamJournal {
  readonly name: string;
  readonly where: TopicPartition;
  /** The sequence of the next record to send. */
  nextSequence = 0;
  /** Offset by sequence. What a consumer saw counts as acknowledged: visible means durable. */
  readonly acknowledged = new Map<number, number>();
  protected readonly refused = new Set<number>();
  /** Refused, and perhaps there. */
  protected readonly doubted = new Set<number>();

  constructor(name: string, where: TopicPartition) {
    this.name = name;
    this.where = where;
  }

  /** An acknowledgement, or a record that was seen. `offset` -1: not told. */
  acknowledge(sequence: number, offset: number): void {
    const known = this.acknowledged.get(sequence);
    if (known !== undefined && known !== -1 && offset !== -1 && known !== offset)
      throw new Violation('a record keeps its offset', `${this.describe(sequence)} was at ${known}, then at ${offset}`);
    if (known === undefined || known === -1) this.acknowledged.set(sequence, offset);
  }

  /**
   * Compares what a consumer finds from the log's start on, in order of offsets, with what was promised.
   * @throws Violation
   */
  abstract check(found: readonly FoundRecord[], logStartOffset: number): void;

  /** The producer's connection was lost; what it sent last may be there or not. */
  abstract connectionLost(): void;

  /** The broker answered that it has not stored the record. */
  refuse(sequence: number): void {
    this.refused.add(sequence);
  }

  /** The broker ended while its disk failed: it could not take back what it refused. */
  doubtRefusals(): void {
    for (const sequence of this.refused) this.doubted.add(sequence);
    this.refused.clear();
  }

  protected describe(sequence: number): string {
    return `record ${sequence} of ${this.name} in ${this.where.topic}-${this.where.partition}`;
  }

  /** Every acknowledged record is there, at its offset, once, and in order. */
  protected checkAcknowledged(found: readonly FoundRecord[], logStartOffset: number): void {
    const offsets = new Map<number, number>();
    let last = -1;
    for (const { sequence, offset } of found) {
      promise(sequence < this.nextSequence, 'only what was sent is there', () => this.describe(sequence));
      promise(!this.refused.has(sequence), 'a refused record stays away', () => this.describe(sequence));
      promise(!offsets.has(sequence), 'no record is there twice', () => {
        return `${this.describe(sequence)} at ${offsets.get(sequence)} and at ${offset}`;
      });
      promise(sequence > last, 'the order of a producer is kept', () => `${this.describe(sequence)} after ${last}`);
      last = sequence;
      offsets.set(sequence, offset);
    }
    for (const [sequence, offset] of this.acknowledged) {
      if (offset !== -1 && offset < logStartOffset) continue;
      const place = offsets.get(sequence);
      promise(place !== undefined && (offset === -1 || place === offset), 'no acknowledged record is lost', () => {
        return `${this.describe(sequence)} was acknowledged at ${offset} and is ${place === undefined ? 'gone' : `at ${place}`}`;
      });
    }
    for (const { sequence, offset } of found) this.acknowledge(sequence, offset);
  }
}

/** A producer that sends each record once, and knows nothing of those that were under way when its connection broke. */
export class PlainJournal extends StreamJournal {
  /** First sequence of each connection. */
  readonly #runs: number[] = [];

  check(found: readonly FoundRecord[], logStartOffset: number): void {
    this.checkAcknowledged(found, logStartOffset);
    // A connection's records are appended in order: of those sent last, a first part is there.
    let previous: number | undefined;
    for (const { sequence } of found) {
      const isNext =
        previous === undefined ? logStartOffset > 0 || this.#follows(sequence, -1) : this.#follows(sequence, previous);
      promise(isNext || this.#startsRun(sequence), 'no hole is left in what a connection sent', () => {
        return `${this.describe(sequence)} follows ${previous ?? 'nothing'}`;
      });
      previous = sequence;
    }
  }

  connectionLost(): void {
    if (this.#runs.at(-1) !== this.nextSequence) this.#runs.push(this.nextSequence);
  }

  /** Whether all between two records was refused, or was the last that a connection sent before it was lost. */
  #follows(sequence: number, previous: number): boolean {
    for (let between = sequence; between > previous + 1; between--) {
      if (this.#startsRun(between)) return true;
      if (!this.refused.has(between - 1) && !this.doubted.has(between - 1)) return false;
    }
    return true;
  }

  #startsRun(sequence: number): boolean {
    return sequence === 0 || this.#runs.includes(sequence);
  }
}

/** A producer that sends again what was not acknowledged, with the same sequence. */
export class IdempotentJournal extends StreamJournal {
  check(found: readonly FoundRecord[], logStartOffset: number): void {
    this.checkAcknowledged(found, logStartOffset);
    found.forEach(({ sequence }, index) => {
      promise(sequence === index, 'an idempotent producer leaves no hole', () => {
        return `${this.describe(sequence)} where ${index} was to follow`;
      });
    });
  }

  connectionLost(): void {
    // It goes on where it was.
  }
}
