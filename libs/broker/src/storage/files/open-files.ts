/**
 * Keeps files open between uses, a bounded number of them: a partition that nobody writes or reads holds no descriptor.
 *
 * A file in use is never closed under its user; when more files are in use than the bound allows, the bound gives way. The
 * least recently used file is closed first.
 */
import type { FileHandle, FileSystem, OpenMode } from '../file-system/file-system.ts';

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  users: number;
  /** Closed with its last user. */
  forgotten: boolean;
}

/** A file borrowed from {@link OpenFiles}; give it back exactly once. */
export interface BorrowedFile {
  readonly handle: FileHandle;
  release(): void;
}

export class OpenFiles {
  readonly #fileSystem: FileSystem;
  readonly #mode: OpenMode;
  readonly #limit: number;
  /** In order of last use. */
  readonly #files = new Map<string, OpenFile>();

  /** All files are opened in one mode, so that readers share the writer's handle. */
  constructor(fileSystem: FileSystem, mode: OpenMode, limit: number) {
    this.#fileSystem = fileSystem;
    this.#mode = mode;
    this.#limit = limit;
  }

  get count(): number {
    return this.#files.size;
  }

  borrow(path: string): BorrowedFile {
    let file = this.#files.get(path);
    if (file) this.#files.delete(path);
    else file = { path, handle: this.#fileSystem.open(path, this.#mode), users: 0, forgotten: false };
    this.#files.set(path, file);
    file.users++;
    if (this.#files.size > this.#limit) this.#closeIdle();
    return { handle: file.handle, release: () => this.#release(file) };
  }

  /** Closes the file, or has it closed by its last user; before the file is removed or renamed. */
  forget(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    file.forgotten = true;
    if (file.users === 0) file.handle.close();
  }

  forgetAll(): void {
    for (const path of [...this.#files.keys()]) this.forget(path);
  }

  #release(file: OpenFile): void {
    file.users--;
    if (file.users === 0 && file.forgotten) file.handle.close();
  }

  #closeIdle(): void {
    for (const [path, file] of this.#files) {
      if (this.#files.size <= this.#limit) return;
      if (file.users === 0) this.forget(path);
    }
  }
}
