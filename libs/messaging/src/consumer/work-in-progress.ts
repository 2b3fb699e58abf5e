/** The pieces of work of one subscription that are under way: how many messages, and since when, for metrics and liveness. */
import type { Clock } from '../clock/index.ts';

interface Piece {
  readonly startedMs: number;
  readonly messages: number;
}

export class WorkInProgress {
  private readonly pieces = new Set<Piece>();
  /** Handlers that go on beyond their deadline although their record is parked, by partition and key. */
  private readonly abandoned = new Map<string, Piece>();

  constructor(private readonly clock: Clock) {}

  /** When the piece began that has been under way for the longest; undefined when there is none. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const pieces of [this.pieces, this.abandoned.values()])
      for (const { startedMs } of pieces) oldest = Math.min(oldest ?? startedMs, startedMs);
    return oldest;
  }

  get messages(): number {
    let messages = 0;
    for (const piece of this.pieces) messages += piece.messages;
    return messages + this.abandoned.size;
  }

  async track<Result>(messages: number, work: () => Promise<Result>): Promise<Result> {
    const piece = { startedMs: this.clock.nowMs(), messages };
    this.pieces.add(piece);
    try {
      return await work();
    } finally {
      this.pieces.delete(piece);
    }
  }

  /** A lane leaves a handler of a key behind that does not end. */
  abandon(partition: number, key: Buffer, running: Promise<void>): void {
    const name = nameOf(partition, key);
    const piece = { startedMs: this.clock.nowMs(), messages: 1 };
    this.abandoned.set(name, piece);
    void running.then(() => {
      if (this.abandoned.get(name) === piece) this.abandoned.delete(name);
    });
  }

  isAbandoned(partition: number, key: Buffer): boolean {
    return this.abandoned.has(nameOf(partition, key));
  }
}

const nameOf = (partition: number, key: Buffer): string => `${partition}/${key.toString('latin1')}`;
