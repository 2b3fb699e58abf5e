/**
 * Objects of a store as local files, for what reads files: whole, named by what identifies their content, the least recently used
 * removed when they take more than a limit. An object is fetched once, however many ask for it.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface Entry {
  readonly file: Promise<string>;
  readonly bytes: number;
}

export class ObjectCache {
  /** In order of use, the latest last. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  /** @param folder belongs to this cache alone */
  constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
  ) {}

  /**
   * The local path of an object.
   * @param name ends the path @param fetch opens the object; under one name, another size is another content
   */
  async pathOf(name: string, bytes: number, fetch: () => Promise<Readable>): Promise<string> {
    const identity = `${bytes} ${name}`;
    const known = this.entries.get(identity);
    if (known) {
      this.entries.delete(identity);
      this.entries.set(identity, known);
      return known.file;
    }
    const file = this.bring(identity, name, fetch);
    this.entries.set(identity, { file, bytes });
    this.bytes += bytes;
    try {
      return await file;
    } catch (error) {
      this.forget(identity);
      throw error;
    } finally {
      await this.makeRoom(identity);
    }
  }

  private async bring(identity: string, name: string, fetch: () => Promise<Readable>): Promise<string> {
    const own = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    const file = path.join(this.folder, own, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    const partial = `${file}.partial`;
    await pipeline(await fetch(), createWriteStream(partial));
    await fs.rename(partial, file);
    return file;
  }

  private forget(identity: string): void {
    const entry = this.entries.get(identity);
    if (!entry) return;
    this.entries.delete(identity);
    this.bytes -= entry.bytes;
  }

  /** Down to the limit, or to the one that was asked for last. */
  private async makeRoom(latest: string): Promise<void> {
    for (const [identity, { file }] of this.entries) {
      if (this.bytes <= this.maxBytes) return;
      if (identity === latest) continue;
      this.forget(identity);
      await file.then(
        (name) => fs.rm(name, { force: true }),
        () => undefined,
      );
    }
  }
}
