/**
 * Writes snapshots of a machine when its log has grown, and then lets the log before them go, so that neither grows for ever.
 *
 * A snapshot is the state of one moment, and of all records appended by then. It is written when those are durable. Order: snapshot,
 * then the log's start moves, then older snapshots go: a crash in between leaves more than is needed, never less.
 */
import { encodeBatch } from '../protocol/index.ts';
import type { Clock, PartitionLog } from '../storage/index.ts';
import type { RecordCodec, StateMachine } from './state-machine.ts';

/** When a snapshot is due: whichever comes first, and never without new records. */
export interface SnapshotPolicy {
  /** Bytes of log since the last one. */
  readonly everyBytes: number;
  readonly everyMs: number;
}

/** Records of one batch of a snapshot. */
const batchRecords = 500;

export interface SnapshotWriterOptions<R> {
  readonly name: string;
  readonly log: PartitionLog;
  readonly machine: StateMachine<R>;
  readonly codec: RecordCodec<R>;
  readonly clock: Clock;
  readonly policy: SnapshotPolicy;
  readonly onProblem?: ((message: string, cause: unknown) => void) | undefined;
}

export class SnapshotWriter<R> {
  readonly #options: SnapshotWriterOptions<R>;
  #bytes = 0;
  #lastMs = 0;
  #writing: Promise<void> | undefined;

  constructor(options: SnapshotWriterOptions<R>) {
    this.#options = options;
  }

  /** The log was loaded; `snapshotEnd` is the end of the snapshot that was used. */
  loaded(snapshotEnd: number | undefined): void {
    const { log, clock } = this.#options;
    this.#lastMs = clock.now();
    this.#bytes = log.highWatermark > (snapshotEnd ?? 0) ? log.sizeBytes : 0;
  }

  /** A batch was appended and replayed; `durable` settles with it and all before it. Begins a snapshot when one is due. */
  appended(sizeBytes: number, durable: Promise<void>): void {
    this.#bytes += sizeBytes;
    const { policy, clock, machine, log, name, onProblem } = this.#options;
    const isDue = this.#bytes >= policy.everyBytes || clock.now() - this.#lastMs >= policy.everyMs;
    if (!isDue || this.#writing || !machine.snapshot) return;
    this.#bytes = 0;
    this.#lastMs = clock.now();
    const endOffset = log.logEndOffset;
    const records = [...machine.snapshot()];
    this.#writing = this.#write(endOffset, records, durable)
      .catch((cause: unknown) =>
        onProblem?.(`A snapshot of ${name} could not be written; the log is kept until the next.`, cause),
      )
      .finally(() => (this.#writing = undefined));
  }

  /** Resolves when no snapshot is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(endOffset: number, records: readonly R[], durable: Promise<void>): Promise<void> {
    const { log, codec, clock } = this.#options;
    const timestampMs = clock.now();
    const batches: Buffer[] = [];
    for (let at = 0; at < records.length; at += batchRecords) {
      const part = records.slice(at, at + batchRecords);
      batches.push(encodeBatch({ records: part.map((record) => ({ ...codec.encode(record), timestampMs })) }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await durable;
    await log.snapshots.write(endOffset, log.leaderEpoch, batches);
    await log.deleteRecordsBefore(endOffset);
    await log.snapshots.removeBefore(endOffset);
  }
}
