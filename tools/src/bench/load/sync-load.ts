/**
 * Appends a small record to a file and syncs its data, at a steady rate: what the disk itself takes. Takes a SyncLoad, prints a
 * SyncResult: how long each took, and how long after it was due each was done. Behind a slow sync records wait that were due
 * meanwhile, for a program that does nothing but sync as for any other.
 */
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../statistics.ts';
import { encodeBatch } from './batch.ts';
import { finish, readOptions, Stopwatch, type SyncLoad, type SyncResult } from './programs.ts';

const { path, perSecond, warmUpMs, measuredMs } = readOptions() as SyncLoad;
const file = fs.openSync(path, 'w');
const { batch } = encodeBatch(0);
const tookMs: number[] = [];
const delaysMs: number[] = [];
const startedMs = performance.now();
let stopwatch: Stopwatch | undefined;
for (let count = 0; ; count++) {
  const dueMs = startedMs + (count * 1000) / perSecond;
  const hasTime = dueMs - performance.now() > 1;
  if (hasTime) await delay(dueMs - performance.now());
  const beganMs = performance.now();
  if (beganMs > startedMs + warmUpMs + measuredMs) break;
  fs.writeSync(file, batch);
  fs.fdatasyncSync(file);
  if (beganMs < startedMs + warmUpMs) continue;
  stopwatch ??= new Stopwatch();
  const endedMs = performance.now();
  tookMs.push(endedMs - beganMs);
  // A timer that is late is not the disk's doing.
  delaysMs.push(endedMs - (hasTime ? beganMs : Math.min(beganMs, dueMs)));
}
const result: SyncResult = {
  ...stopwatch!.stop(),
  records: tookMs.length,
  p50Ms: percentile(tookMs, 0.5),
  p99Ms: percentile(tookMs, 0.99),
  maxMs: percentile(tookMs, 1),
  p99AfterDueMs: percentile(delaysMs, 0.99),
};
finish(result);
