/**
 * One demo per data folder: `launcher.json` names the process that has it. A launcher that was killed leaves the file
 * behind; it counts only while its process lives and began when the file says, since process ids are used again.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DemoError } from './demo-error.ts';

interface Owner {
  readonly pid: number;
  /** Start time by /proc, in clock ticks since boot; empty where there is no /proc. */
  readonly began: string;
}

const FILE = 'launcher.json';

/** Takes the folder and returns the function that gives it back. @throws DemoError when another demo has it. */
export function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, FILE);
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw folderError(dataDir, error);
  }
  for (;;) {
    try {
      writeFileSync(
        file,
        JSON.stringify({ pid: process.pid, began: processStat(process.pid)?.began ?? '' } satisfies Owner),
        {
          flag: 'wx',
        },
      );
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw folderError(dataDir, error);
    }
    const owner = readOwner(file);
    if (owner && isOwner(owner)) {
      const remedy =
        'stop it with Ctrl-C in its terminal, or start a second one beside it with `npm start -- --dir OTHER --ports auto`';
      throw new DemoError('ALREADY_RUNNING', `A demo runs on ${dataDir} already (process ${owner.pid}): ${remedy}.`);
    }
    rmSync(file, { force: true });
  }
}

/** What went wrong with a folder, in one line. */
export function folderError(dataDir: string, cause: unknown): DemoError {
  if (hasCode(cause, 'ENOSPC')) return diskFull(dataDir, cause);
  if (hasCode(cause, 'EACCES') || hasCode(cause, 'EPERM') || hasCode(cause, 'EROFS')) {
    const message = `No permission to write in ${dataDir}: change its owner, or choose another folder with --dir.`;
    return new DemoError('FOLDER_NOT_WRITABLE', message, { cause });
  }
  const reason = Error.isError(cause) ? cause.message : String(cause);
  return new DemoError('FOLDER_UNUSABLE', `${dataDir} cannot be used: ${reason}.`, { cause });
}

export function diskFull(dataDir: string, cause?: unknown): DemoError {
  const message = `The disk that holds ${dataDir} is full: make room, or choose a folder on another disk with --dir.`;
  return new DemoError('DISK_FULL', message, { cause });
}

function hasCode(error: unknown, code: string): boolean {
  return Error.isError(error) && 'code' in error && error.code === code;
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' ? { pid: owner.pid, began: owner.began ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(owner: Owner): boolean {
  return isAlive(owner.pid) && (processStat(owner.pid)?.began ?? '') === owner.began;
}

/** Whether a process runs; one that has ended and waits for its parent (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  return processStat(pid)?.state !== 'Z';
}

/** Fields 3 and 22 of /proc/PID/stat; the name before them may hold spaces and brackets. Nothing where there is no /proc. */
function processStat(pid: number): { readonly state: string; readonly began: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', began: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
