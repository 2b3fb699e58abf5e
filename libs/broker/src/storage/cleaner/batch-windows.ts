/**
 * Reads a segment's batches from front to back, as many at a time as a window holds. One buffer is used again and again; only for a
 * batch that is larger than it another is made, for as long as that batch takes.
 */
import { BATCH_HEADER_BYTES, ErrorCode, KafkaError, MAGIC, readBatchHeader } from '../../protocol/index.ts';
import type { FileHandle } from '../file-system/file-system.ts';

export interface WindowSource {
  readonly file: FileHandle;
  /** For messages. */
  readonly path: string;
  /** Where the batches end. */
  readonly endPosition: number;
}

export class BatchWindows {
  readonly #source: WindowSource;
  readonly #buffer: Buffer;
  #position: number;

  /** `from` is the position of a batch. */
  constructor(source: WindowSource, from: number, buffer: Buffer) {
    this.#source = source;
    this.#position = from;
    this.#buffer = buffer;
  }

  /**
   * The next whole batches; undefined at the end. Valid until the next call.
   * @throws KafkaError CORRUPT_MESSAGE when the file does not hold batches there, and what the file system throws.
   */
  async next(): Promise<Buffer | undefined> {
    const { endPosition } = this.#source;
    if (this.#position >= endPosition) return undefined;
    const loaded = await this.#load(this.#buffer);
    let end = wholeBatches(loaded, (at, why) => this.#damaged(at, why));
    let window = loaded.subarray(0, end);
    if (end === 0) {
      const sizeBytes = readBatchHeader(loaded).sizeBytes;
      if (this.#position + sizeBytes > endPosition) this.#damaged(0, 'the file ends within a batch');
      window = await this.#load(Buffer.allocUnsafeSlow(sizeBytes));
      end = sizeBytes;
    }
    this.#position += end;
    return window;
  }

  async #load(buffer: Buffer): Promise<Buffer> {
    const length = Math.min(buffer.length, this.#source.endPosition - this.#position);
    const count = await this.#source.file.read(buffer.subarray(0, length), this.#position);
    if (count < length || length < BATCH_HEADER_BYTES) this.#damaged(count, 'the file ends within a batch');
    return buffer.subarray(0, length);
  }

  #damaged(at: number, why: string): never {
    const where = `${this.#source.path} is damaged at byte ${this.#position + at}`;
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `${where}: ${why}`);
  }
}

/** Bytes of the whole batches in the buffer. */
function wholeBatches(buffer: Buffer, damaged: (at: number, why: string) => never): number {
  let end = 0;
  while (end + BATCH_HEADER_BYTES <= buffer.length) {
    const header = readBatchHeader(buffer, end);
    if (header.magic !== MAGIC || header.sizeBytes < BATCH_HEADER_BYTES) damaged(end, 'there is no batch');
    if (end + header.sizeBytes > buffer.length) return end;
    end += header.sizeBytes;
  }
  return end;
}
