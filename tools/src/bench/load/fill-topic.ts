/** Produces a number of batches to a topic's partitions in turn, and ends. Takes a FillTopic, prints `{ "answered" }`. */
import net from 'node:net';
import { encodeBatch } from './batch.ts';
import { FrameReader } from './frame-reader.ts';
import { finish, type FillTopic, readOptions } from './programs.ts';
import { produceErrorAt, produceFrame } from './wire.ts';

const { host, port, topic, partitions, batchBytes, recordBytes, batches, inFlight } = readOptions() as FillTopic;
const { batch } = encodeBatch(batchBytes, recordBytes);
const frames = Array.from({ length: partitions }, (_, partition) => headOf(partition));

/** A frame without its batch, which all share. */
function headOf(partition: number): Buffer {
  const frame = produceFrame(topic, [{ partition, batch }]);
  return Buffer.from(frame.subarray(0, frame.length - batch.length));
}

let sent = 0;
let answered = 0;
const socket = net.connect({ port, host, noDelay: true }, () => {
  for (let count = 0; count < Math.min(inFlight, batches); count++) send();
});

function send(): void {
  socket.cork();
  socket.write(frames[sent % partitions]!);
  socket.write(batch);
  socket.uncork();
  sent += 1;
}

const reader = new FrameReader(produceErrorAt + 2, (head) => {
  const error = head.readInt16BE(produceErrorAt);
  if (error !== 0) throw new Error(`Produce failed with ${error}`);
  answered += 1;
  if (sent < batches) send();
  if (answered === batches) finish({ answered });
});
socket.on('data', (chunk) => reader.push(chunk));
socket.on('close', () => {
  throw new Error('The server closed the connection');
});
