/**
 * Walks over the batches of a `.log` file.
 *
 * Reads synchronously, in few large reads: scans run when a folder is opened and over a few KB at a time afterwards. Without the CRC
 * check, the records of a large batch are skipped, not read.
 */
import { BATCH_HEADER_BYTES, type BatchHeader, hasValidCrc, readBatchHeader } from '../protocol/index.ts';
import type { FileHandle } from './file-system/file-system.ts';

export interface ScannedBatch {
  readonly header: BatchHeader;
  /** Of its first byte in the file. */
  readonly position: number;
}

/** Where a scan ended: at the end asked for, or before it at something that is not a batch. */
export interface ScanEnd {
  readonly position: number;
  /** What is wrong there; undefined at the end. */
  readonly damage: string | undefined;
}

export interface ScanOptions {
  readonly file: FileHandle;
  /** Position of a batch. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly checkCrc: boolean;
  /** Offsets below are damage; they must rise from batch to batch. */
  readonly firstOffset: number;
  /** How much is read at a time; default 64 KiB, with the CRC check 1 MiB. */
  readonly windowBytes?: number;
}

/** The only record format that is stored. */
const storedMagic = 2;

const headerWindowBytes = 64 * 1024;
const crcWindowBytes = 1024 * 1024;

/** A part of the file in memory. */
class Window {
  readonly #file: FileHandle;
  readonly #fileEnd: number;
  #buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  constructor(file: FileHandle, fileEnd: number) {
    this.#file = file;
    this.#fileEnd = fileEnd;
  }

  /** A view on `length` bytes at `position`; valid until the next call. Undefined when the file is shorter. */
  view(position: number, length: number, windowBytes: number): Buffer | undefined {
    if (position + length > this.#fileEnd) return undefined;
    if (position < this.#start || position + length > this.#end) this.#load(position, Math.max(length, windowBytes));
    if (position + length > this.#end) return undefined;
    return this.#buffer.subarray(position - this.#start, position - this.#start + length);
  }

  #load(position: number, length: number): void {
    const wanted = Math.min(length, this.#fileEnd - position);
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafeSlow(Math.max(wanted, this.#buffer.length));
    this.#start = position;
    this.#end = position + this.#file.readNow(this.#buffer.subarray(0, wanted), position);
  }
}

/** Yields the batches from `from` on. The generator's return value says where and why it ended. */
export function* scanBatches(options: ScanOptions): Generator<ScannedBatch, ScanEnd, undefined> {
  const { file, from, to, checkCrc } = options;
  const window = new Window(file, to);
  const windowBytes = options.windowBytes ?? (checkCrc ? crcWindowBytes : headerWindowBytes);
  let position = from;
  let nextOffset = options.firstOffset;
  while (position < to) {
    const view = window.view(position, BATCH_HEADER_BYTES, windowBytes);
    if (!view) return { position, damage: 'the file ends within a batch header' };
    const header = readBatchHeader(view);
    const damage = judgeHeader(header, nextOffset, to - position);
    if (damage !== undefined) return { position, damage };
    if (checkCrc) {
      const batch = window.view(position, header.sizeBytes, windowBytes);
      if (!batch) return { position, damage: 'the file ends within a batch' };
      if (!hasValidCrc({ header, chunks: [batch] })) return { position, damage: 'the CRC of a batch is wrong' };
    }
    yield { header, position };
    position += header.sizeBytes;
    nextOffset = header.lastOffset + 1;
  }
  return { position, damage: undefined };
}

function judgeHeader(header: BatchHeader, nextOffset: number, bytesLeft: number): string | undefined {
  if (header.sizeBytes < BATCH_HEADER_BYTES) return `a batch cannot be ${header.sizeBytes} bytes long`;
  if (header.magic !== storedMagic) return `a batch has the format ${header.magic}, which is not stored`;
  if (header.sizeBytes > bytesLeft) return 'the file ends within a batch';
  if (header.lastOffsetDelta < 0) return `a batch has the last offset delta ${header.lastOffsetDelta}`;
  if (header.baseOffset < nextOffset) return `a batch has offset ${header.baseOffset}, below ${nextOffset}`;
  return undefined;
}
