/**
 * Sends one produce request again and again, a number of them in flight, and counts the answers.
 *
 * `node produce-load.ts <host> <port> <batch bytes> <in flight> <warm-up ms> <measured ms>` prints `{ "bytes", "milliseconds" }`.
 */
import net from 'node:net';
import { FrameReader } from './frame-reader.ts';
import { encodeBatch, produceErrorAt, produceFrame } from './wire.ts';

const [host, ...numbers] = process.argv.slice(2) as [string, ...string[]];
const [port, batchBytes, inFlight, warmUpMs, measuredMs] = numbers.map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const { batch } = encodeBatch(batchBytes);
const frame = produceFrame(batch);

let answered = 0;
let measuring: { readonly since: number; readonly answered: number } | undefined;
const socket = net.connect({ port, host, noDelay: true }, () => {
  for (let count = 0; count < inFlight; count++) socket.write(frame);
  setTimeout(() => {
    measuring = { since: performance.now(), answered };
    setTimeout(finish, measuredMs);
  }, warmUpMs);
});

const reader = new FrameReader(produceErrorAt + 2, (head) => {
  if (head.readInt16BE(produceErrorAt) !== 0)
    throw new Error(`Produce failed with ${head.readInt16BE(produceErrorAt)}`);
  answered++;
  socket.write(frame);
});
socket.on('data', (chunk) => {
  socket.cork();
  reader.push(chunk);
  socket.uncork();
});
socket.on('close', () => {
  throw new Error('The server closed the connection');
});

function finish(): void {
  const milliseconds = performance.now() - measuring!.since;
  console.log(JSON.stringify({ bytes: (answered - measuring!.answered) * batch.length, milliseconds }));
  process.exit(0);
}
