/**
 * How many of the disk's calls run at once. Node has four threads for them and reads their number from the environment when the
 * first one is needed.
 *
 * With fsync each of them waits for the device most of its time, and a device, like the journal of its file system, takes many
 * syncs together: records for 1,000 partitions wait a quarter less (docs/adr/0025-threads-that-wait-for-the-disk.md).
 * Without fsync they are busy with copies, of which no more can run than there are cores.
 */
const SYNCING_THREADS = '16';

/** Call it before anything of the broker is loaded. What the operator has set counts. */
export function widenThreadPool(flush: 'fsync' | 'os', environment: NodeJS.ProcessEnv = process.env): void {
  if (flush === 'fsync') environment['UV_THREADPOOL_SIZE'] ??= SYNCING_THREADS;
}
