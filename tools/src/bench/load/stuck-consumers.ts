/**
 * Consumers that ask for much and then take nothing more, until the process is ended: `never reads` sends many requests and does
 * not read at all, `stuck` reads the beginning of one answer. Takes StuckConsumers, prints a line `ready`.
 */
import net from 'node:net';
import { once } from 'node:events';
import { readOptions, type StuckConsumers } from './programs.ts';
import { fetchFrame } from './wire.ts';

const { host, port, topic, kind, consumers } = readOptions() as StuckConsumers;
const limits = { answerBytes: 10 * 1024 * 1024, waitMs: 500 };
const requests = kind === 'stuck' ? 1 : 200;

for (let number = 0; number < consumers; number++) {
  const socket = net.connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  if (kind === 'stuck') socket.once('data', () => socket.pause());
  else socket.pause();
  const frame = fetchFrame(topic, 0, 0, limits);
  for (let count = 0; count < requests; count++) socket.write(frame);
  // The broker may put an end to such a connection.
  socket.on('error', () => undefined);
}
console.log('ready');
setInterval(() => undefined, 60_000);
