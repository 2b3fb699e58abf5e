/**
 * The real file system.
 *
 * A transfer is retried until all of its bytes went through: POSIX allows short reads and writes. `writev` takes at most
 * IOV_MAX (1,024) pieces a call; libuv splits longer lists.
 */
import fs from 'node:fs';
import type { DirectoryEntry, FileFacts, FileHandle, FileSystem, OpenMode } from './file-system.ts';
import { lockFolder } from './folder-lock.ts';

const { O_CREAT, O_RDONLY, O_RDWR } = fs.constants;
// Node's types say that every platform has it; Windows does not.
const O_DSYNC = fs.constants.O_DSYNC as number | undefined;

// O_DSYNC makes one trip to the thread pool of what would be two (write, then fdatasync); where a platform lacks it, the
// handle syncs after each write.
const openFlags: Record<OpenMode, number> = {
  read: O_RDONLY,
  write: O_RDWR | O_CREAT,
  'write-through': O_RDWR | O_CREAT | (O_DSYNC ?? 0),
};

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/** The pieces that remain after the first `count` bytes. */
function after(chunks: readonly Buffer[], count: number): Buffer[] {
  let skip = count;
  let first = 0;
  while (first < chunks.length && skip >= chunks[first]!.length) skip -= chunks[first++]!.length;
  const rest = chunks.slice(first);
  if (skip > 0) rest[0] = rest[0]!.subarray(skip);
  return rest;
}

function byteLength(chunks: readonly Buffer[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}

class NodeFileHandle implements FileHandle {
  readonly #descriptor: number;
  readonly #syncEachWrite: boolean;

  constructor(descriptor: number, syncEachWrite: boolean) {
    this.#descriptor = descriptor;
    this.#syncEachWrite = syncEachWrite;
  }

  size(): number {
    return fs.fstatSync(this.#descriptor).size;
  }

  write(chunks: readonly Buffer[], position: number): Promise<void> {
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    const total = byteLength(chunks);
    const next = (rest: readonly Buffer[], written: number) => {
      if (written === total) {
        if (this.#syncEachWrite) this.sync().then(resolve, reject);
        else resolve();
        return;
      }
      fs.writev(this.#descriptor, rest, position + written, (error, count) => {
        if (error) reject(error);
        else next(count === total ? [] : after(rest, count), written + count);
      });
    };
    next(chunks, 0);
    return promise;
  }

  writeNow(chunks: readonly Buffer[], position: number): void {
    const total = byteLength(chunks);
    let rest = chunks;
    let written = 0;
    while (written < total) {
      const count = fs.writevSync(this.#descriptor, rest, position + written);
      written += count;
      if (written < total) rest = after(rest, count);
    }
    if (this.#syncEachWrite) fs.fdatasyncSync(this.#descriptor);
  }

  read(buffer: Buffer, position: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const next = (filled: number) => {
      fs.read(this.#descriptor, buffer, filled, buffer.length - filled, position + filled, (error, count) => {
        if (error) reject(error);
        else if (count === 0 || filled + count === buffer.length) resolve(filled + count);
        else next(filled + count);
      });
    };
    if (buffer.length === 0) resolve(0);
    else next(0);
    return promise;
  }

  readNow(buffer: Buffer, position: number): number {
    let filled = 0;
    while (filled < buffer.length) {
      const count = fs.readSync(this.#descriptor, buffer, filled, buffer.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  truncate(sizeBytes: number): void {
    fs.ftruncateSync(this.#descriptor, sizeBytes);
  }

  sync(): Promise<void> {
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    fs.fdatasync(this.#descriptor, (error) => {
      if (error) reject(error);
      else resolve();
    });
    return promise;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

/** The machine's files, through `node:fs`. */
export const nodeFileSystem: FileSystem = {
  makeDirectory(path) {
    fs.mkdirSync(path, { recursive: true });
  },
  list(path): DirectoryEntry[] {
    return fs
      .readdirSync(path, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  },
  stat(path): FileFacts | undefined {
    const facts = fs.statSync(path, { throwIfNoEntry: false });
    return facts && { sizeBytes: facts.size, modifiedMs: facts.mtimeMs };
  },
  readFile(path) {
    try {
      return fs.readFileSync(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  rename(from, to) {
    fs.renameSync(from, to);
  },
  async remove(path) {
    await fs.promises.rm(path, { force: true });
  },
  async removeDirectory(path) {
    await fs.promises.rm(path, { recursive: true, force: true });
  },
  async syncDirectory(path) {
    // Windows cannot open a folder; there names need no sync of their own.
    if (process.platform === 'win32') return;
    const handle = await fs.promises.open(path, O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  open(path, mode) {
    const syncEachWrite = mode === 'write-through' && O_DSYNC === undefined;
    return new NodeFileHandle(fs.openSync(path, openFlags[mode], 0o644), syncEachWrite);
  },
  lock(directory) {
    fs.mkdirSync(directory, { recursive: true });
    return lockFolder(directory);
  },
};
