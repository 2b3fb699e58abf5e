/**
 * Sends one produce request again and again on each of some connections, a number of them in flight, and counts the answers. At
 * the end it waits for all of them: their number and the offsets given out must agree. Takes a ProduceLoad, prints a ProduceResult.
 */
import net from 'node:net';
import { encodeBatch } from './batch.ts';
import { FrameReader } from './frame-reader.ts';
import { finish, type ProduceLoad, type ProduceResult, readOptions, Stopwatch } from './programs.ts';
import { produceBaseOffsetAt, produceErrorAt, produceFrame } from './wire.ts';

const options = readOptions() as ProduceLoad;
const { batch, recordCount } = encodeBatch(options.batchBytes);
const frame = produceFrame(options.topic, [{ partition: 0, batch }]);

let sent = 0;
let answered = 0;
let connected = 0;
let firstOffset = Infinity;
let lastOffset = -1;
let stopwatch: Stopwatch | undefined;
let answeredBefore = 0;
let result: ProduceResult | undefined;

function connect(): void {
  const socket = net.connect({ port: options.port, host: options.host, noDelay: true }, () => {
    connected += 1;
    if (connected === options.connections) start();
  });
  const reader = new FrameReader(produceBaseOffsetAt + 8, (head) => {
    take(head);
    answered += 1;
    if (result === undefined) send(socket);
    else if (answered === sent) end(result);
  });
  socket.on('data', (chunk) => {
    socket.cork();
    reader.push(chunk);
    socket.uncork();
  });
  socket.on('close', () => {
    throw new Error('The server closed the connection');
  });
  sockets.push(socket);
}

function send(socket: net.Socket): void {
  sent += 1;
  socket.write(frame);
}

function take(head: Buffer): void {
  const error = head.readInt16BE(produceErrorAt);
  if (error !== 0) throw new Error(`Produce failed with ${error}`);
  if (!options.verified) return;
  const offset = head.readUInt32BE(produceBaseOffsetAt) * 2 ** 32 + head.readUInt32BE(produceBaseOffsetAt + 4);
  if (offset < firstOffset) firstOffset = offset;
  if (offset > lastOffset) lastOffset = offset;
}

function start(): void {
  for (const socket of sockets) for (let count = 0; count < options.inFlight; count++) send(socket);
  setTimeout(() => {
    stopwatch = new Stopwatch();
    answeredBefore = answered;
    setTimeout(stop, options.measuredMs);
  }, options.warmUpMs);
}

/** The figures are taken; what is in flight is still waited for. */
function stop(): void {
  const requests = answered - answeredBefore;
  result = { ...stopwatch!.stop(), records: requests * recordCount, bytes: requests * batch.length };
}

function end(measured: ProduceResult): void {
  const given = lastOffset + recordCount - firstOffset;
  if (options.verified && given !== answered * recordCount)
    throw new Error(`${answered * recordCount} records were acknowledged, and ${given} offsets given out`);
  finish(measured);
}

const sockets: net.Socket[] = [];
for (let count = 0; count < options.connections; count++) connect();
