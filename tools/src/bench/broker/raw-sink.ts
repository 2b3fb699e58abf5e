/**
 * What a produce can cost at the least in Node: take frames from a socket, check the CRC-32C of each batch, append all that came in
 * a turn to one file with one write, then (fsync) sync it once for all that waits, and answer each frame.
 *
 * `node raw-sink.ts <file> <fsync|os>`. Small writes are synchronous, large ones are not, as that is fastest.
 */
import { crc32c } from '@node-rs/crc32';
import fs from 'node:fs';
import net from 'node:net';
import { produceAnswerBytes, produceHeadBytes } from '../load/wire.ts';

const [path, flush] = process.argv.slice(2) as [string, string];
const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
const descriptor = fs.openSync(path, flush === 'fsync' ? flags | fs.constants.O_DSYNC : flags);
const longestSyncWriteBytes = 64 * 1024;

let position = 0;
let chunks: Buffer[] = [];
/** How many answers each socket waits for. */
let waiting = new Map<net.Socket, number>();
let writing = false;
let scheduled = false;

function schedule(): void {
  if (scheduled || writing) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    write();
  });
}

function write(): void {
  if (waiting.size === 0) return;
  const batch = chunks;
  const answered = waiting;
  let size = 0;
  for (const chunk of batch) size += chunk.length;
  chunks = [];
  waiting = new Map();
  if (flush === 'os' && size <= longestSyncWriteBytes) {
    fs.writevSync(descriptor, batch, position);
    position += size;
    answer(answered);
    return;
  }
  writing = true;
  fs.writev(descriptor, batch, position, (error, written) => {
    if (error || written !== size) throw error ?? new Error('short write');
    position += size;
    writing = false;
    answer(answered);
    write();
  });
}

function answer(answered: ReadonlyMap<net.Socket, number>): void {
  for (const [socket, count] of answered) {
    const replies = Buffer.alloc(count * (4 + produceAnswerBytes));
    for (let at = 0; at < replies.length; at += 4 + produceAnswerBytes) replies.writeInt32BE(produceAnswerBytes, at);
    socket.write(replies);
  }
}

net
  .createServer({ noDelay: true }, (socket) => {
    let sizeBytes = -1;
    let taken = 0;
    let crc = 0;
    const field = Buffer.alloc(4);
    const expected = Buffer.alloc(4);
    /** Where in the frame the batch's CRC lies, and what it covers. */
    const crcAt = produceHeadBytes + 17;
    const crcFrom = produceHeadBytes + 21;
    const take = (chunk: Buffer): void => {
      for (let at = 0; at < chunk.length;) {
        if (taken < 4) {
          field[taken++] = chunk[at++]!;
          if (taken === 4) sizeBytes = field.readInt32BE(0) + 4;
          continue;
        }
        const end = Math.min(chunk.length, at + sizeBytes - taken);
        const length = end - at;
        for (let index = Math.max(taken, crcAt); index < Math.min(taken + length, crcFrom); index++) {
          expected[index - crcAt] = chunk[at + index - taken]!;
        }
        if (taken + length > crcFrom) crc = crc32c(chunk.subarray(at + Math.max(0, crcFrom - taken), end), crc);
        if (taken + length > produceHeadBytes)
          chunks.push(chunk.subarray(at + Math.max(0, produceHeadBytes - taken), end));
        taken += length;
        at = end;
        if (taken < sizeBytes) continue;
        if (crc !== expected.readUInt32BE(0)) throw new Error('wrong CRC');
        waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
        taken = 0;
        crc = 0;
      }
    };
    socket.on('data', (chunk) => {
      take(chunk);
      if (waiting.size > 0) schedule();
    });
    socket.on('error', () => undefined);
  })
  .listen(0, '127.0.0.1', function (this: net.Server) {
    console.log(`ready kafka=127.0.0.1:${(this.address() as net.AddressInfo).port}`);
  });

process.once('SIGTERM', () => process.exit(0));
