/**
 * A file system in memory that can fail as a real one does: the storage's tests crash, tear, fill and break it.
 *
 * What survives `crash`: bytes that were synced and names whose folder was synced. Of what was not, a random part survives, as
 * on a real disk: of each write a random set of 512-byte sectors (a hole reads as zeros), of a folder's changes a random
 * first part (file systems journal names in order, not bytes). The instance goes on after a crash; the survivor is a new one.
 * (The idea is pebble's `CrashClone`.)
 *
 * A sync that fails loses what it should have written, as Linux does: later syncs succeed, and those bytes never reach the disk
 * (zeros lie in their place) unless they are written again.
 *
 * Asynchronous calls take effect after `pause`, a microtask by default, so that calls overlap as they do on a disk. A sync makes
 * durable what was written before it was called.
 */
import {
  type DirectoryEntry,
  type FileFacts,
  type FileHandle,
  type FileSystem,
  FolderLockedError,
} from './file-system.ts';
import { readFolder, replaceFolder } from './memory-folder.ts';
import { type DirectoryNode, MemoryDirectory, MemoryFile } from './memory-nodes.ts';

export type Operation =
  'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'list' | 'makeDirectory';

/** Decides whether a call fails: returns the error's code (`EIO`, ...), or undefined to let it pass. */
export type FaultRule = (operation: Operation, path: string) => string | undefined;

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

export function ioError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, path });
}

export class MemoryFileSystem implements FileSystem {
  /** Asked before each call. */
  fault: FaultRule | undefined;
  /** Bytes that all files together may take; a write beyond it fails with ENOSPC after a part of it was written. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** What an asynchronous call waits for before it takes effect. */
  pause: () => Promise<void> = () => Promise.resolve();
  /** Handles opened and not closed. */
  openHandles = 0;
  readonly #root: MemoryDirectory;
  readonly #locked = new Set<string>();

  constructor(root = new MemoryDirectory()) {
    this.#root = root;
  }

  /** The disk as it is found after a power cut now. `random` decides what of the unsynced part survives; without it nothing does. */
  crash(random?: Random): MemoryFileSystem {
    return new MemoryFileSystem(this.#root.survivor(random, new Map()));
  }

  /** The disk as the next process finds it when this one was killed: all that was written is there, durable or not. */
  kill(): MemoryFileSystem {
    return new MemoryFileSystem(this.#root.copy(new Map()));
  }

  /** A disk that holds the folder of the real one, all of it durable. */
  static ofFolder(path: string): MemoryFileSystem {
    const root = new MemoryDirectory();
    let folder = root;
    const names = parts(path);
    for (const name of names.slice(0, -1)) {
      const next = new MemoryDirectory();
      folder.set(name, next);
      folder.sync();
      folder = next;
    }
    folder.set(names.at(-1)!, readFolder(path));
    folder.sync();
    return new MemoryFileSystem(root);
  }

  /** Puts a folder of this disk, as it is now, in the place of the real one's. */
  saveFolder(path: string): void {
    replaceFolder(this.#directory(path), path);
  }

  /** Bytes of all files. */
  usedBytes(): number {
    return this.#root.usedBytes();
  }

  makeDirectory(path: string): void {
    this.check('makeDirectory', path);
    let folder = this.#root;
    for (const name of parts(path)) {
      let next = folder.get(name);
      if (next === undefined) folder.set(name, (next = new MemoryDirectory()));
      if (!(next instanceof MemoryDirectory)) throw ioError('ENOTDIR', 'mkdir', path);
      folder = next;
    }
  }

  list(path: string): DirectoryEntry[] {
    this.check('list', path);
    return this.#directory(path)
      .entries()
      .map(([name, node]) => ({ name, isDirectory: node instanceof MemoryDirectory }))
      .toArray();
  }

  stat(path: string): FileFacts | undefined {
    const node = this.#find(path);
    return node instanceof MemoryFile ? { sizeBytes: node.sizeBytes, modifiedMs: 0 } : undefined;
  }

  readFile(path: string): Buffer | undefined {
    const node = this.#find(path);
    if (!(node instanceof MemoryFile)) return undefined;
    this.check('read', path);
    return Buffer.from(node.view());
  }

  rename(from: string, to: string): void {
    this.check('rename', from);
    const [folder, name] = this.#parent(from);
    const [target, newName] = this.#parent(to);
    if (folder !== target) throw ioError('EXDEV', 'rename', from);
    if (!folder.get(name)) throw ioError('ENOENT', 'rename', from);
    folder.renameEntry(name, newName);
  }

  async remove(path: string): Promise<void> {
    await this.pause();
    this.check('remove', path);
    if (!this.#find(path)) return;
    const [folder, name] = this.#parent(path);
    folder.delete(name);
  }

  removeDirectory(path: string): Promise<void> {
    return this.remove(path);
  }

  async syncDirectory(path: string): Promise<void> {
    const directory = this.#directory(path);
    const upTo = directory.changeCount;
    await this.pause();
    this.check('sync', path);
    directory.sync(upTo);
  }

  open(path: string, mode: 'read' | 'write' | 'write-through'): FileHandle {
    this.check('open', path);
    let node = this.#find(path);
    if (node === undefined) {
      if (mode === 'read') throw ioError('ENOENT', 'open', path);
      const [folder, name] = this.#parent(path);
      folder.set(name, (node = new MemoryFile()));
    }
    if (!(node instanceof MemoryFile)) throw ioError('EISDIR', 'open', path);
    return new MemoryFileHandle(this, node, path, mode === 'write-through');
  }

  lock(directory: string): () => void {
    this.makeDirectory(directory);
    if (this.#locked.has(directory)) throw new FolderLockedError(directory, process.pid);
    this.#locked.add(directory);
    return () => this.#locked.delete(directory);
  }

  /** Fails as the fault rule says. */
  check(operation: Operation, path: string): void {
    const code = this.fault?.(operation, path);
    if (code !== undefined) throw ioError(code, operation, path);
  }

  #find(path: string): DirectoryNode | undefined {
    let node: DirectoryNode | undefined = this.#root;
    for (const name of parts(path)) node = node instanceof MemoryDirectory ? node.get(name) : undefined;
    return node;
  }

  #directory(path: string): MemoryDirectory {
    const node = this.#find(path);
    if (!(node instanceof MemoryDirectory)) throw ioError('ENOENT', 'scandir', path);
    return node;
  }

  #parent(path: string): [MemoryDirectory, string] {
    const names = parts(path);
    const name = names.pop()!;
    return [this.#directory(names.join('/')), name];
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

class MemoryFileHandle implements FileHandle {
  readonly #fileSystem: MemoryFileSystem;
  readonly #file: MemoryFile;
  readonly #path: string;
  readonly #writeThrough: boolean;
  #open = true;

  constructor(fileSystem: MemoryFileSystem, file: MemoryFile, path: string, writeThrough: boolean) {
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#path = path;
    this.#writeThrough = writeThrough;
    fileSystem.openHandles++;
  }

  size(): number {
    return this.#file.sizeBytes;
  }

  async write(chunks: readonly Buffer[], position: number): Promise<void> {
    await this.#fileSystem.pause();
    this.writeNow(chunks, position);
  }

  writeNow(chunks: readonly Buffer[], position: number): void {
    this.#assertOpen();
    const bytes = Buffer.concat(chunks);
    try {
      this.#fileSystem.check('write', this.#path);
    } catch (error) {
      // A failed write may leave any first part of itself behind.
      this.#file.write(bytes.subarray(0, bytes.length >> 1), position);
      throw error;
    }
    const missing = this.#missingRoom(bytes.length, position);
    if (missing > 0) {
      this.#file.write(bytes.subarray(0, Math.max(0, bytes.length - missing)), position);
      throw ioError('ENOSPC', 'write', this.#path);
    }
    this.#file.write(bytes, position);
    if (this.#writeThrough) this.#sync(this.#file.changeCount);
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    await this.#fileSystem.pause();
    return this.readNow(buffer, position);
  }

  readNow(buffer: Buffer, position: number): number {
    this.#assertOpen();
    this.#fileSystem.check('read', this.#path);
    return this.#file.view().copy(buffer, 0, position);
  }

  truncate(sizeBytes: number): void {
    this.#assertOpen();
    this.#fileSystem.check('truncate', this.#path);
    this.#file.truncate(sizeBytes);
  }

  async sync(): Promise<void> {
    const upTo = this.#file.changeCount;
    await this.#fileSystem.pause();
    this.#assertOpen();
    this.#sync(upTo);
  }

  #sync(upTo: number): void {
    try {
      this.#fileSystem.check('sync', this.#path);
    } catch (error) {
      this.#file.failSync(upTo);
      throw error;
    }
    this.#file.sync(upTo);
  }

  close(): void {
    this.#assertOpen();
    this.#open = false;
    this.#fileSystem.openHandles--;
  }

  #missingRoom(length: number, position: number): number {
    const { capacityBytes } = this.#fileSystem;
    if (capacityBytes === Number.POSITIVE_INFINITY) return 0;
    const growth = Math.max(0, position + length - this.#file.sizeBytes);
    return Math.max(0, growth - Math.max(0, capacityBytes - this.#fileSystem.usedBytes()));
  }

  #assertOpen(): void {
    if (!this.#open) throw ioError('EBADF', 'use', this.#path);
  }
}
