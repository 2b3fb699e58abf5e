/**
 * Fetches a part of a topic from its start to its end, again and again, one request at a time as consumers do, and throws the
 * records away. Takes a FetchLoad, prints a FetchResult.
 */
import net from 'node:net';
import { encodeBatch } from './batch.ts';
import { FrameReader } from './frame-reader.ts';
import { type FetchLoad, finish, readOptions, Stopwatch } from './programs.ts';
import { fetchErrorAt, fetchFrame, fetchHeadBytes, fetchOffsetAt, fetchRecordsSizeAt } from './wire.ts';

const options = readOptions() as FetchLoad;
const { batch, recordCount } = encodeBatch(options.batchBytes);
const frame = fetchFrame(options.topic, 0, 0, { answerBytes: options.answerBytes, waitMs: 500 });

let offset = options.fromOffset;
let bytes = 0;
let stopwatch: Stopwatch | undefined;
let bytesBefore = 0;
const socket = net.connect({ port: options.port, host: options.host, noDelay: true }, () => {
  next();
  setTimeout(() => {
    stopwatch = new Stopwatch();
    bytesBefore = bytes;
    setTimeout(() => finish({ ...stopwatch!.stop(), bytes: bytes - bytesBefore }), options.measuredMs);
  }, options.warmUpMs);
});

function next(): void {
  frame.writeBigInt64BE(BigInt(offset), fetchOffsetAt);
  socket.write(Buffer.from(frame));
}

const reader = new FrameReader(fetchHeadBytes, (head) => {
  if (head.readInt16BE(fetchErrorAt) !== 0) throw new Error(`Fetch failed with ${head.readInt16BE(fetchErrorAt)}`);
  const sizeBytes = head.readInt32BE(fetchRecordsSizeAt);
  // A broker may cut the last batch off; a consumer throws such a piece away.
  const batches = Math.floor(sizeBytes / batch.length);
  if (batches === 0) throw new Error(`An answer of ${sizeBytes} bytes at ${offset}`);
  bytes += batches * batch.length;
  offset += batches * recordCount;
  if (offset >= options.endOffset) offset = options.fromOffset;
  next();
});
socket.on('data', (chunk) => reader.push(chunk));
socket.on('close', () => {
  throw new Error('The server closed the connection');
});
