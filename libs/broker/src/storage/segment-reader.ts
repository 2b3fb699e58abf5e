/**
 * Reads whole batches from a segment's file, in one large read, or in several at once: memory in blocks of a MiB can be used again.
 *
 * A reader that goes on where its last read ended is found by position. Else the sparse index gives a position at or before the
 * batch, and the headers from there on are looked at, which takes one or two reads of an index interval (synchronous: they cost less
 * than a trip to the thread pool). A second large read is needed only when the first batch is larger than the limit.
 */
import { BATCH_HEADER_BYTES, ErrorCode, KafkaError, readBatchHeader } from '../protocol/index.ts';
import type { FileHandle } from './file-system/file-system.ts';
import type { LogContext } from './log-context.ts';
import type { LogRead } from './partition-log.ts';
import type { LogSegment } from './log-segment.ts';
import { scanBatches } from './segment-scan.ts';

export interface SegmentReadRequest {
  readonly segment: LogSegment;
  readonly offset: number;
  readonly maxBytes: number;
  /** Returns the first batch even when it is larger than `maxBytes`. */
  readonly minOneMessage: boolean;
  /** Position of the batch that holds `offset`, when it is known. */
  readonly position: number | undefined;
  /** Exclusive; a batch ends there. */
  readonly endPosition: number;
}

/** A read, and where in the file it ended. */
export interface SegmentRead extends LogRead {
  readonly endPosition: number;
  /** None of the batches holds a record. */
  readonly isEmpty: boolean;
}

/** Covers the default of `index.interval.bytes`. */
const locateWindowBytes = 4096 + BATCH_HEADER_BYTES;

/** Undefined when the segment ends before `offset`. */
export async function readSegment(context: LogContext, request: SegmentReadRequest): Promise<SegmentRead | undefined> {
  const file = context.files.borrow(request.segment.logPath);
  try {
    return await new SegmentReader(context, file.handle, request).read();
  } finally {
    file.release();
  }
}

/** Position of the batch that holds `offset`, or of the first after it; undefined when there is none before `endPosition`. */
export function findPosition(
  context: LogContext,
  segment: LogSegment,
  offset: number,
  endPosition: number,
): number | undefined {
  const file = context.files.borrow(segment.logPath);
  try {
    return locate(file.handle, segment, offset, endPosition);
  } finally {
    file.release();
  }
}

function locate(file: FileHandle, segment: LogSegment, offset: number, endPosition: number): number | undefined {
  const from = segment.offsetIndex.lookup(offset);
  const scope = { from, to: endPosition, firstOffset: segment.baseOffset, windowBytes: locateWindowBytes };
  for (const { header, position } of scanBatches({ file, checkCrc: false, ...scope })) {
    if (header.lastOffset >= offset) return position;
  }
  return undefined;
}

/** Longer reads are split into such pieces. */
const longestPieceBytes = 2 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/** Bytes of a file in buffers of which each but the last is full. */
interface Loaded {
  readonly buffers: readonly Buffer[];
  readonly length: number;
}

class SegmentReader {
  readonly #context: LogContext;
  readonly #file: FileHandle;
  readonly #request: SegmentReadRequest;

  constructor(context: LogContext, file: FileHandle, request: SegmentReadRequest) {
    this.#context = context;
    this.#file = file;
    this.#request = request;
  }

  async read(): Promise<SegmentRead | undefined> {
    const { maxBytes, minOneMessage, offset } = this.#request;
    const position = this.#request.position ?? this.#locate();
    if (position === undefined) return undefined;
    const loaded = await this.#load(position, maxBytes);
    const firstBytes = readBatchHeader(loaded.buffers[0]!).sizeBytes;
    if (firstBytes <= loaded.length) return this.#cut(loaded, position);
    for (const buffer of loaded.buffers) this.#context.readBuffers.giveBack(buffer);
    if (!minOneMessage) return { records: [], sizeBytes: 0, nextOffset: offset, endPosition: position, isEmpty: false };
    return this.#cut(await this.#load(position, firstBytes), position);
  }

  /** Position of the batch that holds the offset, or of the first after it. */
  #locate(): number | undefined {
    const { segment, offset, endPosition } = this.#request;
    return locate(this.#file, segment, offset, endPosition);
  }

  /** The whole batches, at least one. */
  #cut({ buffers, length }: Loaded, position: number): SegmentRead {
    let end = 0;
    let nextOffset = this.#request.offset;
    let isEmpty = true;
    while (end + BATCH_HEADER_BYTES <= length) {
      const header = readBatchHeader(buffers, end);
      if (end + header.sizeBytes > length) break;
      end += header.sizeBytes;
      nextOffset = header.lastOffset + 1;
      if (header.recordCount > 0) isEmpty = false;
    }
    return { records: this.#lend(buffers, end), sizeBytes: end, nextOffset, endPosition: position + end, isEmpty };
  }

  /** The first `length` bytes. */
  #lend(buffers: readonly Buffer[], length: number): Buffer[] {
    const pool = this.#context.readBuffers;
    const records: Buffer[] = [];
    let remaining = length;
    for (const buffer of buffers) {
      if (remaining > 0) records.push(pool.lend(buffer, Math.min(remaining, buffer.length)));
      else pool.giveBack(buffer);
      remaining -= buffer.length;
    }
    return records;
  }

  /** At least one header, at most to the end of what may be read. */
  async #load(position: number, wantedBytes: number): Promise<Loaded> {
    const { segment, endPosition } = this.#request;
    const length = Math.min(Math.max(wantedBytes, BATCH_HEADER_BYTES), endPosition - position);
    const buffers: Buffer[] = [];
    const reads: Promise<number>[] = [];
    const step = length > longestPieceBytes ? pieceBytes : length;
    for (let at = 0; at < length; at += step) {
      const buffer = this.#context.readBuffers.take(Math.min(step, length - at));
      buffers.push(buffer);
      reads.push(this.#file.read(buffer.subarray(0, Math.min(step, length - at)), position + at));
    }
    let count = 0;
    for (const read of await Promise.all(reads)) count += read;
    if (count < length || length < BATCH_HEADER_BYTES) {
      throw new KafkaError(
        ErrorCode.KAFKA_STORAGE_ERROR,
        `${segment.logPath} ends at byte ${position + count}, but batches were written up to ${endPosition}: the file was changed`,
      );
    }
    return { buffers, length };
  }
}
