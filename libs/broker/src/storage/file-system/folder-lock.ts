/**
 * One process at a time on a folder.
 *
 * `.lock` holds one line of JSON: the holder's process id, and what makes that id unique over time: the machine's boot and the
 * process's start (Linux; elsewhere they are empty). A lock is stale when its process is gone, when the id now belongs to a
 * process that was started at another time, or when it is this very process's id although this process does not hold the folder
 * (a container's broker is always process 1). The file is created whole, by link, so that no reader sees half of it.
 *
 * Two takers of one stale lock: each moves the file aside under its own name and looks at what it moved. Who finds a lock other
 * than the stale one it had read puts it back and gives way.
 *
 * Processes in different containers that share a folder do not see each other's ids: the later one takes over. Mount a data
 * folder into one container only.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { FolderLockedError } from './file-system.ts';

interface Holder {
  readonly pid: number;
  readonly bootId: string;
  readonly startTicks: string;
}

const heldHere = new Set<string>();

function readText(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const bootId = () => readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

/** The process's start in clock ticks since boot: field 22 of /proc/PID/stat, counted after the name in parentheses. */
function startTicks(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    if (!Number.isInteger(holder.pid)) return undefined;
    return { pid: holder.pid!, bootId: holder.bootId ?? '', startTicks: holder.startTicks ?? '' };
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid || holder.pid <= 0) return false;
  if (holder.bootId !== '' && holder.bootId !== bootId()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startTicks(holder.pid);
  return holder.startTicks === '' || started === '' || started === holder.startTicks;
}

/** Creates the lock file whole; false when there is one. */
function createLock(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  fs.writeFileSync(draft, text);
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** Moves a stale lock out of the way; does nothing when another taker was faster. */
function removeStale(path: string, staleText: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== staleText) {
    try {
      fs.linkSync(aside, path);
    } catch {
      // A third taker holds it by now; that one wins.
    }
  }
  fs.rmSync(aside, { force: true });
}

/** Locks the folder for this process. @throws FolderLockedError. */
export function lockFolder(directory: string): () => void {
  const folder = fs.realpathSync(directory);
  if (heldHere.has(folder)) throw new FolderLockedError(directory, process.pid);
  const path = join(folder, '.lock');
  const mine = JSON.stringify({ pid: process.pid, bootId: bootId(), startTicks: startTicks(process.pid) }) + '\n';
  for (let attempt = 0; !createLock(path, mine); attempt++) {
    const text = readText(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder && (isAlive(holder) || attempt > 100)) throw new FolderLockedError(directory, holder.pid);
    removeStale(path, text);
  }
  heldHere.add(folder);
  return () => {
    if (!heldHere.delete(folder)) return;
    if (readText(path) === mine) fs.rmSync(path, { force: true });
  };
}
