/**
 * Fetches a topic from its start to its end, again and again, one request at a time as consumers do, and throws the records away.
 *
 * `node fetch-load.ts <host> <port> <batch bytes> <answer bytes> <end offset> <warm-up ms> <measured ms>`
 */
import net from 'node:net';
import { FrameReader } from './frame-reader.ts';
import { encodeBatch, fetchErrorAt, fetchFrame, fetchHeadBytes, fetchOffsetAt, fetchRecordsSizeAt } from './wire.ts';

const [host, ...numbers] = process.argv.slice(2) as [string, ...string[]];
const [port, batchBytes, answerBytes, endOffset, warmUpMs, measuredMs] = numbers.map(Number) as [
  ...[number, number, number],
  ...[number, number, number],
];
const { batch, recordCount } = encodeBatch(batchBytes);
const frame = fetchFrame(0, answerBytes);

let offset = 0;
let bytes = 0;
let measuring: { readonly since: number; readonly bytes: number } | undefined;
const socket = net.connect({ port, host, noDelay: true }, () => {
  next();
  setTimeout(() => {
    measuring = { since: performance.now(), bytes };
    setTimeout(finish, measuredMs);
  }, warmUpMs);
});

function next(): void {
  frame.writeBigInt64BE(BigInt(offset), fetchOffsetAt);
  socket.write(Buffer.from(frame));
}

const reader = new FrameReader(fetchHeadBytes, (head) => {
  if (head.readInt16BE(fetchErrorAt) !== 0) throw new Error(`Fetch failed with ${head.readInt16BE(fetchErrorAt)}`);
  const sizeBytes = head.readInt32BE(fetchRecordsSizeAt);
  if (sizeBytes === 0 || sizeBytes % batch.length !== 0)
    throw new Error(`An answer of ${sizeBytes} bytes at ${offset}`);
  bytes += sizeBytes;
  offset += (sizeBytes / batch.length) * recordCount;
  if (offset >= endOffset) offset = 0;
  next();
});
socket.on('data', (chunk) => reader.push(chunk));
socket.on('close', () => {
  throw new Error('The server closed the connection');
});

function finish(): void {
  const milliseconds = performance.now() - measuring!.since;
  console.log(JSON.stringify({ bytes: bytes - measuring!.bytes, milliseconds }));
  process.exit(0);
}
