/**
 * Logs of many gigabytes that take little disk: Kafka's on-disk format, every batch valid, each with one record of zeros of which
 * only the head is written; the rest are holes. Written into the folder of a broker that is stopped and has the topic, empty.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { encodeRecord, encodeRecords } from './batch.ts';

export interface SparseLog {
  readonly topic: string;
  readonly partition: number;
  readonly batches: number;
  readonly batchBytes: number;
  readonly segmentBytes: number;
}

/** Where a written log ends, and where its last segment begins. */
export interface LogEnd {
  readonly topic: string;
  readonly partition: number;
  readonly activeOffset: number;
  readonly endOffset: number;
}

/** What of a batch is not zeros: its header and the head of its record. */
const headBytes = 96;

/** Writes a log in place of an empty one. */
export function writeSparseLog(dataDir: string, log: SparseLog): LogEnd {
  const folder = join(dataDir, `${log.topic}-${log.partition}`);
  for (const name of fs.readdirSync(folder)) if (/^\d{20}\./.test(name)) fs.rmSync(join(folder, name));
  const batch = encodeRecords([encodeRecord(0, null, Buffer.alloc(log.batchBytes))]);
  batch.writeInt32BE(0, 12);
  const emptyProducers = emptySnapshot(dataDir);
  const perSegment = Math.max(1, Math.floor(log.segmentBytes / batch.length));
  let activeOffset = 0;
  for (let offset = 0; offset < log.batches; offset += perSegment) {
    activeOffset = offset;
    const count = Math.min(perSegment, log.batches - offset);
    writeSegment(join(folder, fileName(offset)), batch, offset, count);
    fs.writeFileSync(join(folder, `${fileName(offset)}.snapshot`), emptyProducers);
  }
  fs.writeFileSync(join(folder, `${fileName(log.batches)}.snapshot`), emptyProducers);
  fs.writeFileSync(join(folder, 'leader-epoch-checkpoint'), '0\n1\n0 0\n');
  return { topic: log.topic, partition: log.partition, activeOffset, endOffset: log.batches };
}

function writeSegment(path: string, batch: Buffer, baseOffset: number, count: number): void {
  const head = Buffer.from(batch.subarray(0, headBytes));
  const offsetIndex = Buffer.alloc((count - 1) * 8);
  const log = fs.openSync(`${path}.log`, 'w');
  for (let index = 0; index < count; index++) {
    head.writeBigInt64BE(BigInt(baseOffset + index), 0);
    fs.writeSync(log, head, 0, headBytes, index * batch.length);
    if (index > 0) {
      offsetIndex.writeInt32BE(index, (index - 1) * 8);
      offsetIndex.writeInt32BE(index * batch.length, (index - 1) * 8 + 4);
    }
  }
  fs.ftruncateSync(log, count * batch.length);
  fs.closeSync(log);
  fs.writeFileSync(`${path}.index`, offsetIndex);
  // All batches bear one time: an index of times that rise has one entry, of the first.
  const timeIndex = Buffer.alloc(12);
  batch.copy(timeIndex, 0, 35, 43);
  fs.writeFileSync(`${path}.timeindex`, timeIndex);
}

/** Tells the broker, at its next start, that it was stopped in order (or not), and up to where each log is known to be on the disk. */
export function writeShutdownState(dataDir: string, ends: readonly LogEnd[], state: 'clean' | 'killed'): void {
  const path = join(dataDir, 'recovery-point-offset-checkpoint');
  const known = fs
    .readFileSync(path, 'utf8')
    .split('\n')
    .slice(2)
    .filter((line) => line !== '');
  const written = new Map(ends.map((end) => [`${end.topic} ${end.partition}`, end]));
  const others = known.filter((line) => !written.has(line.split(' ').slice(0, 2).join(' ')));
  const lines = ends.map(
    (end) => `${end.topic} ${end.partition} ${state === 'clean' ? end.endOffset : end.activeOffset}`,
  );
  fs.writeFileSync(path, ['0', others.length + lines.length, ...others, ...lines, ''].join('\n'));
  const mark = join(dataDir, '.kafka_cleanshutdown');
  if (state === 'killed') fs.rmSync(mark, { force: true });
}

/** The producer snapshot of a log without producers, as the broker itself wrote one for its metadata. */
function emptySnapshot(dataDir: string): Buffer {
  const folder = join(dataDir, '__cluster_metadata-0');
  const name = fs.readdirSync(folder).find((candidate) => candidate.endsWith('.snapshot'));
  if (name === undefined) throw new Error(`No producer snapshot in ${folder}: the broker was not stopped in order`);
  return fs.readFileSync(join(folder, name));
}

function fileName(offset: number): string {
  return String(offset).padStart(20, '0');
}
