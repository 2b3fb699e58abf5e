/** Produces a number of batches and ends: `node fill-topic.ts <host> <port> <batch bytes> <batches>`. */
import net from 'node:net';
import { FrameReader } from './frame-reader.ts';
import { encodeBatch, produceErrorAt, produceFrame } from './wire.ts';

const [host, ...numbers] = process.argv.slice(2) as [string, ...string[]];
const [port, batchBytes, batches] = numbers.map(Number) as [number, number, number];
const frame = produceFrame(encodeBatch(batchBytes).batch);

let sent = 0;
let answered = 0;
const socket = net.connect({ port, host, noDelay: true }, () => {
  for (; sent < Math.min(8, batches); sent++) socket.write(frame);
});
const reader = new FrameReader(produceErrorAt + 2, (head) => {
  if (head.readInt16BE(produceErrorAt) !== 0)
    throw new Error(`Produce failed with ${head.readInt16BE(produceErrorAt)}`);
  answered++;
  if (sent < batches) {
    sent++;
    socket.write(frame);
  }
  if (answered < batches) return;
  console.log(JSON.stringify({ answered }));
  process.exit(0);
});
socket.on('data', (chunk) => reader.push(chunk));
