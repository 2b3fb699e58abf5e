import { crc32c } from '@node-rs/crc32';
import type { Chunks } from '../chunks.ts';
import { CRC_START } from './batch-header.ts';

/** CRC-32C (RFC 3720) of the bytes from `start` to `end` over all pieces. */
export function crc32cOf(chunks: Chunks, start: number, end: number): number {
  let crc = 0;
  let base = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - base, 0);
    const to = Math.min(end - base, chunk.length);
    if (from < to) crc = crc32c(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), crc);
    base += chunk.length;
    if (base >= end) break;
  }
  return crc;
}

/** The checksum that belongs into the header of a batch of `sizeBytes` that starts at `at`. */
export function batchCrc(chunks: Chunks, at: number, sizeBytes: number): number {
  return crc32cOf(chunks, at + CRC_START, at + sizeBytes);
}
