/**
 * Snapshots of the state that a log's records make, so that the log before them can go (KIP-630). A file for each, in Kafka's form:
 *
 *     <end offset, 20 digits>-<leader epoch, 10 digits>.checkpoint
 *
 *     control batch with a SnapshotHeaderRecord | batches of records | control batch with a SnapshotFooterRecord
 *
 * A snapshot stands for all records below its end offset. Its own batches count their offsets from 0. It is whole when it ends with the
 * footer and the CRC of each batch is right.
 */
import { join } from 'node:path';
import { type Chunks, batchesIn, decodeRecords, encodeBatch, hasValidCrc, KafkaError } from '../protocol/index.ts';
import { writeFileAtomically } from './files/atomic-file.ts';
import type { LogContext } from './log-context.ts';

export interface LogSnapshot {
  /** Offset of the first record that is not in it. */
  readonly endOffset: number;
  /** Batches of records, in order, those of header and footer among them. */
  readonly records: Chunks;
}

/** Kafka's `ControlRecordType`. */
const controlType = { header: 3, footer: 4 } as const;
const version = 0;
const suffix = '.checkpoint';

export class LogSnapshots {
  readonly #context: LogContext;
  readonly #directory: string;

  constructor(context: LogContext, directory: string) {
    this.#context = context;
    this.#directory = directory;
  }

  /** The newest whole snapshot; undefined when there is none. A damaged one is reported. */
  newest(): LogSnapshot | undefined {
    for (const { name, endOffset } of this.#files().reverse()) {
      const path = join(this.#directory, name);
      const bytes = this.#context.fileSystem.readFile(path);
      if (bytes && isWhole(bytes)) return { endOffset, records: [bytes] };
      this.#context.report({ level: 'warn', message: `The snapshot ${path} is damaged; an older one takes its place` });
    }
    return undefined;
  }

  /** Resolves when the snapshot is durable. `batches` hold the records of the state; their offsets are set here. */
  async write(endOffset: number, leaderEpoch: number, batches: readonly Buffer[]): Promise<void> {
    const timestampMs = this.#context.clock.now();
    const all = [
      controlBatch(controlType.header, timestampMs),
      ...batches,
      controlBatch(controlType.footer, timestampMs),
    ];
    let baseOffset = 0;
    for (const batch of all) {
      // The base offset lies outside the CRC.
      batch.writeBigInt64BE(BigInt(baseOffset), 0);
      batch.writeInt32BE(leaderEpoch, 12);
      baseOffset += batch.readInt32BE(23) + 1;
    }
    const name = `${String(endOffset).padStart(20, '0')}-${String(leaderEpoch).padStart(10, '0')}${suffix}`;
    await writeFileAtomically(this.#context.fileSystem, join(this.#directory, name), Buffer.concat(all));
  }

  /** Removes the snapshots that end before `endOffset`. */
  async removeBefore(endOffset: number): Promise<void> {
    for (const file of this.#files()) {
      if (file.endOffset < endOffset) await this.#context.fileSystem.remove(join(this.#directory, file.name));
    }
  }

  /** By rising end offset. */
  #files(): { readonly name: string; readonly endOffset: number }[] {
    return this.#context.fileSystem
      .list(this.#directory)
      .map(({ name }) => ({ name, endOffset: Number(/^(\d{20})-\d{10}\.checkpoint$/.exec(name)?.[1] ?? NaN) }))
      .filter(({ endOffset }) => Number.isSafeInteger(endOffset))
      .sort((one, other) => one.endOffset - other.endOffset);
  }
}

/** SnapshotHeaderRecord: version, time of the last record in it, no tagged fields; SnapshotFooterRecord: version, no tagged fields. */
function controlBatch(type: number, timestampMs: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(version, 0);
  key.writeInt16BE(type, 2);
  const value = Buffer.alloc(type === controlType.header ? 11 : 3);
  value.writeInt16BE(version, 0);
  if (type === controlType.header) value.writeBigInt64BE(BigInt(timestampMs), 2);
  return encodeBatch({ records: [{ key, value, timestampMs }], control: true });
}

function isWhole(bytes: Buffer): boolean {
  try {
    let sizeBytes = 0;
    let lastType = -1;
    for (const batch of batchesIn([bytes])) {
      if (!hasValidCrc(batch)) return false;
      sizeBytes += batch.header.sizeBytes;
      lastType = -1;
      if (!batch.header.isControl) continue;
      for (const { key } of decodeRecords(batch)) lastType = key?.readInt16BE(2) ?? -1;
    }
    return sizeBytes === bytes.length && lastType === controlType.footer;
  } catch (error) {
    if (error instanceof KafkaError || error instanceof RangeError) return false;
    throw error;
  }
}
