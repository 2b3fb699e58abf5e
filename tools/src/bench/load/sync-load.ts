/** Appends a small record to a file and syncs its data, at a steady rate: what the disk itself takes. Takes a SyncLoad, prints a LatencyResult. */
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../statistics.ts';
import { encodeBatch } from './batch.ts';
import { finish, readOptions, Stopwatch, type SyncLoad } from './programs.ts';

const { path, perSecond, warmUpMs, measuredMs } = readOptions() as SyncLoad;
const file = fs.openSync(path, 'w');
const { batch } = encodeBatch(0);
const delaysMs: number[] = [];
const startedMs = performance.now();
let stopwatch: Stopwatch | undefined;
for (let count = 0; ; count++) {
  const dueMs = startedMs + (count * 1000) / perSecond;
  if (dueMs - performance.now() > 1) await delay(dueMs - performance.now());
  const beganMs = performance.now();
  if (beganMs > startedMs + warmUpMs + measuredMs) break;
  fs.writeSync(file, batch);
  fs.fdatasyncSync(file);
  if (beganMs < startedMs + warmUpMs) continue;
  stopwatch ??= new Stopwatch();
  delaysMs.push(performance.now() - beganMs);
}
finish({
  ...stopwatch!.stop(),
  records: delaysMs.length,
  p50Ms: percentile(delaysMs, 0.5),
  p99Ms: percentile(delaysMs, 0.99),
  maxMs: percentile(delaysMs, 1),
});
