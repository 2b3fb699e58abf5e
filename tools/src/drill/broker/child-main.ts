/**
 * A broker in a process of its own, on a disk that a drill controls.
 *
 * The disk in memory is read from the folder at the start and written back at the end, so that one process after another, on
 * either kind of disk, goes on with the same folder. An end is one synchronous step: nothing of the broker runs after it.
 */
import { Broker, BrokerStartError } from '@headwater/broker-core';
import { MemoryFileSystem } from '@headwater/broker-core/storage';
import { Random } from '../random.ts';
import type { ChildSetup, DiskEnd, DiskFault, FromChild, LiveMemory, ToChild } from './child-messages.ts';

const setup = JSON.parse(process.argv[2]!) as ChildSetup;
const folder = setup.broker.dataDir;
const random = new Random(setup.disk.kind === 'memory' ? setup.disk.seed : 0);
const memory = setup.disk.kind === 'memory' ? MemoryFileSystem.ofFolder(folder) : undefined;

let end = setup.disk.kind === 'memory' ? setup.disk.end : undefined;
let callsLeft = end?.afterCalls ?? 0;
let faults: readonly { readonly fault: DiskFault; readonly path: RegExp }[] = [];

function say(message: FromChild): void {
  // The drill may have gone.
  process.send?.(message, undefined, undefined, () => undefined);
}

function endNow(lost: DiskEnd['lost']): void {
  if (lost === 'power') memory?.crash(random.next).saveFolder(folder);
  else memory?.saveFolder(folder);
  process.kill(process.pid, 'SIGKILL');
}

/** Most calls take as long as one of a fast disk, some stay away for a while. */
function pause(): Promise<void> {
  if (random.chance(0.5)) return new Promise((done) => setImmediate(done));
  if (random.chance(0.8)) return Promise.resolve();
  return new Promise((done) => setTimeout(done, random.below(4)));
}

/** Room left from now on. */
function setRoom(bytes: number | null | undefined): void {
  memory!.capacityBytes = typeof bytes === 'number' ? memory!.usedBytes() + bytes : Number.POSITIVE_INFINITY;
}

if (memory !== undefined) {
  if (setup.disk.kind === 'memory') setRoom(setup.disk.room);
  memory.pause = pause;
  memory.fault = (operation, path) => {
    if (end !== undefined && --callsLeft < 0) endNow(end.lost);
    return faults.find(
      (one) => one.fault.operation === operation && one.path.test(path) && random.chance(one.fault.probability),
    )?.fault.code;
  };
}

/** Needs `--expose-gc`, else it tells of garbage too. */
function liveMemory(): LiveMemory {
  // What the first one finalizes is gone with the second.
  for (let round = 0; round < 2; round++) globalThis.gc?.({ type: 'major', execution: 'sync' });
  const { heapUsed, external, rss } = process.memoryUsage();
  return { liveBytes: heapUsed + external, residentBytes: rss };
}

async function start(): Promise<Broker | undefined> {
  try {
    return await Broker.start({
      ...setup.broker,
      ...(memory && { fileSystem: memory }),
      log: (line) => say({ kind: 'logged', line }),
    });
  } catch (error) {
    if (!(error instanceof BrokerStartError)) throw error;
    process.exitCode = 1;
    memory?.saveFolder(folder);
    process.send?.({ kind: 'refused', reason: error.message } satisfies FromChild, undefined, undefined, () =>
      process.disconnect(),
    );
    return undefined;
  }
}

// Without the drill nobody would end this process.
process.on('disconnect', () => process.exit());
const broker = await start();

async function stop(lost: 'power' | undefined): Promise<void> {
  await broker?.close();
  if (lost !== undefined) endNow(lost);
  memory?.saveFolder(folder);
  process.disconnect();
}

process.on('message', (message: ToChild) => {
  switch (message.kind) {
    case 'end':
      end = message.end;
      callsLeft = end.afterCalls;
      if (callsLeft === 0) endNow(end.lost);
      return;
    case 'stop':
      void stop(message.lost);
      return;
    case 'room':
      setRoom(message.bytes);
      say({ kind: 'done', id: message.id });
      return;
    case 'faults':
      faults = message.faults.map((fault) => ({ fault, path: new RegExp(fault.path) }));
      say({ kind: 'done', id: message.id });
      return;
    case 'memory':
      say({ kind: 'memory', id: message.id, memory: liveMemory() });
      return;
  }
});
if (broker !== undefined) say({ kind: 'ready', port: broker.port });
