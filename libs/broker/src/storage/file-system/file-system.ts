/**
 * The seam between the storage and the disk: what the storage needs of a file system, and no more.
 *
 * Calls that touch names, sizes or open handles are synchronous: they are short, and the storage's bookkeeping stays simple.
 * Calls that move records or wait for the device are asynchronous, with a synchronous twin where a small transfer is cheaper
 * done at once (a round trip to Node's thread pool costs about 35 µs, a 4 KB write to the page cache about 6 µs).
 *
 * Durability, as POSIX has it: bytes of a file survive a power cut after `sync` (or a write through a `write-through`
 * handle); a name (created, renamed, removed) after `syncDirectory` of its folder.
 *
 * All failures are Node's `ErrnoException`s (`ENOSPC`, `EIO`, `ENOENT` ...).
 */
export interface FileSystem {
  /** Creates the folder and its parents; does nothing when it is there. */
  makeDirectory(path: string): void;
  /** Names in a folder, in no certain order. */
  list(path: string): DirectoryEntry[];
  /** Size and time of a file; undefined when there is none. */
  stat(path: string): FileFacts | undefined;
  /** Whole content; undefined when there is no such file. */
  readFile(path: string): Buffer | undefined;
  /** Replaces `to` at once. Works for files and folders. */
  rename(from: string, to: string): void;
  /** Removes a file; does nothing when it is missing. */
  remove(path: string): Promise<void>;
  /** Removes a folder and all in it; does nothing when it is missing. */
  removeDirectory(path: string): Promise<void>;
  /** Makes the names in the folder durable. */
  syncDirectory(path: string): Promise<void>;
  /** `read` wants an existing file, the others create it. A `write-through` handle's writes return when they are durable. */
  open(path: string, mode: OpenMode): FileHandle;
  /**
   * Takes the folder for this process until the returned function is called.
   * @throws FolderLockedError when a living process holds it. What a dead one left is taken over.
   */
  lock(directory: string): () => void;
}

export type OpenMode = 'read' | 'write' | 'write-through';

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface FileFacts {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** An open file. Positions are absolute; a handle has no cursor. */
export interface FileHandle {
  size(): number;
  /** Writes all bytes of all chunks, in order. After a failure any part of them may be there. */
  write(chunks: readonly Buffer[], position: number): Promise<void>;
  writeNow(chunks: readonly Buffer[], position: number): void;
  /** Fills the buffer; returns the number of bytes read, fewer only at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  readNow(buffer: Buffer, position: number): number;
  truncate(sizeBytes: number): void;
  /** Makes the bytes (and the size) durable. */
  sync(): Promise<void>;
  close(): void;
}

/** Another living process holds the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError';
  readonly holderPid: number;

  constructor(directory: string, holderPid: number) {
    super(`${directory} is in use by process ${holderPid}`);
    this.holderPid = holderPid;
  }
}
