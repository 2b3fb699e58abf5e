/**
 * How many files a storage may keep open: half of what the system allows this process, the rest is for connections.
 *
 * The bound matters: a load that goes round more logs than may be open opens and closes a file for each write.
 */
import fs from 'node:fs';

const fewest = 1000;
const most = 10_000;
/** Kept free where few are allowed. */
const others = 200;

/** The bound for this process; `limits` is the system's account of its limits, where it gives one. */
export function openFilesLimit(limits = limitsOfThisProcess()): number {
  const allowed = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (allowed === undefined) return fewest;
  if (allowed === 'unlimited') return most;
  return Math.min(most, Math.max(Math.floor(Number(allowed) / 2), Math.min(fewest, Number(allowed) - others)));
}

function limitsOfThisProcess(): string {
  try {
    return fs.readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
