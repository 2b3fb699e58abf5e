/**
 * Keeps the garbage of socket reads cheap.
 *
 * Node makes a buffer of up to 64 KB for each read. V8 counts these bytes as growth of its heap, though they lie outside it, and
 * starts a full collection about every 20 MB of them: 40 % of the time of a produce load of 128 KB batches. A collection of young
 * objects only frees nearly all of them in well under a millisecond, but V8 does not start one for bytes outside its heap.
 *
 * It takes `globalThis.gc`, which a process has only if it asked for it (`--expose-gc`, as the broker's own program does); without
 * it nothing happens.
 */
const intervalBytes = 8 * 1024 * 1024;

let receivedBytes = 0;

/** Called for every chunk of any socket. */
export function noteReceived(sizeBytes: number): void {
  receivedBytes += sizeBytes;
  if (receivedBytes < intervalBytes) return;
  receivedBytes = 0;
  globalThis.gc?.({ type: 'minor' });
}
