/**
 * V8's garbage collection, set up for a process that moves many bytes and keeps few objects. A program decides that for its own
 * process; a library does not: a broker inside a test runs without it, only slower under heavy load.
 *
 * V8 counts memory outside its heap as growth of the heap and answers with marking in small steps. The broker uses the buffers of
 * its sockets and files again (`lent-memory.ts`), but not all of them can be, and other libraries make their own. A full collection,
 * when it comes to one, is made at once: about half a millisecond for each MB of live heap, of which there are 11 under load.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Makes full collections in one go, and gives this process `globalThis.gc` for {@link returnMemoryWhenIdle}. */
export function tuneGarbageCollection(): void {
  setFlagsFromString('--no-incremental-marking');
  if (globalThis.gc) return;
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
}

const IDLE_CHECK_MS = 5_000;
/** Below a hundredth of the time. */
const IDLE_CPU_MICROSECONDS = 50_000;
const WORTH_BYTES = 32 * 1024 * 1024;

/**
 * Gives the memory of a heap that has grown back to the system, once the process has nothing to do. V8 does so only when it
 * allocates, which an idle broker does not: one that has opened 10,000 partitions would stay at twice what it needs (265 MB of
 * which 127 MB are given back, in 0.1 s).
 */
export function returnMemoryWhenIdle(): void {
  let cpu = process.cpuUsage();
  let smallestHeapBytes = 0;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const grownBytes = getHeapStatistics().total_heap_size - smallestHeapBytes;
    if (user + system > IDLE_CPU_MICROSECONDS || grownBytes < WORTH_BYTES) return;
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    smallestHeapBytes = getHeapStatistics().total_heap_size;
  }, IDLE_CHECK_MS);
  timer.unref();
}
