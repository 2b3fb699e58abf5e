/**
 * `.snapshot`: the producers that a log remembers at the offset in the file's name (Kafka's ProducerSnapshot, version 1).
 *
 *     version int16 = 1 | crc uint32 | count int32 | entries
 *     entry (46 bytes): producerId int64 | epoch int16 | lastSequence int32 | lastOffset int64 | offsetDelta int32 |
 *       timestamp int64 | coordinatorEpoch int32 | currentTxnFirstOffset int64
 *
 * The CRC-32C covers all that follows it. Only a producer's last batch is kept; lastOffset is -1 without one.
 */
import { crc32c } from '@node-rs/crc32';
import { join } from 'node:path';
import type { FileSystem } from '../file-system/file-system.ts';
import { type ProducerBatch, type ProducerEntry, subtractFromSequence } from '../producer-state.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { offsetFileName, snapshotSuffix } from './log-file-names.ts';

const version = 1;
const headerBytes = 10;
const crcStart = 6;
const entryBytes = 46;

export function snapshotPath(directory: string, offset: number): string {
  return join(directory, offsetFileName(offset) + snapshotSuffix);
}

/** The entries; undefined when the file is missing or damaged. `nowMs` becomes the time at which they were seen. */
export function readProducerSnapshot(fileSystem: FileSystem, path: string, nowMs: number): ProducerEntry[] | undefined {
  const bytes = fileSystem.readFile(path);
  if (!bytes || bytes.length < headerBytes || bytes.readInt16BE(0) !== version) return undefined;
  if (crc32c(bytes.subarray(crcStart)) !== bytes.readUInt32BE(2)) return undefined;
  const count = bytes.readInt32BE(6);
  if (bytes.length !== headerBytes + count * entryBytes) return undefined;
  return Array.from({ length: count }, (_, entry) => readEntry(bytes, headerBytes + entry * entryBytes, nowMs));
}

export function writeProducerSnapshot(
  fileSystem: FileSystem,
  path: string,
  entries: readonly ProducerEntry[],
): Promise<void> {
  const bytes = Buffer.alloc(headerBytes + entries.length * entryBytes);
  bytes.writeInt16BE(version, 0);
  bytes.writeInt32BE(entries.length, 6);
  entries.forEach((entry, index) => writeEntry(bytes, headerBytes + index * entryBytes, entry));
  bytes.writeUInt32BE(crc32c(bytes.subarray(crcStart)), 2);
  // A snapshot lost to a power cut is made again from an older one and the log.
  return writeFileAtomically(fileSystem, path, bytes, { sync: false });
}

function readInt64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at));
}

function readEntry(bytes: Buffer, at: number, seenMs: number): ProducerEntry {
  const lastSequence = bytes.readInt32BE(at + 10);
  const lastOffset = readInt64(bytes, at + 14);
  const offsetDelta = bytes.readInt32BE(at + 22);
  const lastTimestampMs = readInt64(bytes, at + 26);
  const firstSequence = subtractFromSequence(lastSequence, offsetDelta);
  const last: ProducerBatch = { firstSequence, lastSequence, lastOffset, offsetDelta, timestampMs: lastTimestampMs };
  return {
    producerId: readInt64(bytes, at),
    producerEpoch: bytes.readInt16BE(at + 8),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    lastTimestampMs,
    transactionStartOffset: readInt64(bytes, at + 38),
    batches: lastOffset >= 0 ? [last] : [],
    seenMs,
  };
}

function writeEntry(bytes: Buffer, at: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1);
  bytes.writeBigInt64BE(BigInt(entry.producerId), at);
  bytes.writeInt16BE(entry.producerEpoch, at + 8);
  bytes.writeInt32BE(last?.lastSequence ?? -1, at + 10);
  bytes.writeBigInt64BE(BigInt(last?.lastOffset ?? -1), at + 14);
  bytes.writeInt32BE(last?.offsetDelta ?? 0, at + 22);
  bytes.writeBigInt64BE(BigInt(entry.lastTimestampMs), at + 26);
  bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
  bytes.writeBigInt64BE(BigInt(entry.transactionStartOffset), at + 38);
}
