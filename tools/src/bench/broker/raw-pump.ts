/**
 * What a fetch of stored data can cost at the least in Node: for each request, read as many bytes from a file as an answer holds, and
 * write them to the socket behind a head of the same size as a broker's.
 *
 * `node raw-pump.ts <file> <answer bytes>`
 */
import fs from 'node:fs';
import net from 'node:net';
import { FrameReader } from '../load/frame-reader.ts';
import { fetchHeadBytes, fetchRecordsSizeAt } from '../load/wire.ts';

const [path, answerText] = process.argv.slice(2) as [string, string];
const answerBytes = Number(answerText);
const descriptor = fs.openSync(path, 'r');
const fileBytes = fs.fstatSync(descriptor).size;

net
  .createServer({ noDelay: true }, (socket) => {
    let position = 0;
    const reader = new FrameReader(0, () => {
      if (position + answerBytes > fileBytes) position = 0;
      const records = Buffer.allocUnsafeSlow(answerBytes);
      fs.read(descriptor, records, 0, answerBytes, position, (error, count) => {
        if (error || count !== answerBytes) throw error ?? new Error('short read');
        const head = Buffer.alloc(4 + fetchHeadBytes);
        head.writeInt32BE(fetchHeadBytes + answerBytes, 0);
        head.writeInt32BE(answerBytes, 4 + fetchRecordsSizeAt);
        socket.cork();
        socket.write(head);
        socket.write(records);
        socket.uncork();
      });
      position += answerBytes;
    });
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', () => undefined);
  })
  .listen(0, '127.0.0.1', function (this: net.Server) {
    console.log(`ready kafka=127.0.0.1:${(this.address() as net.AddressInfo).port}`);
  });
