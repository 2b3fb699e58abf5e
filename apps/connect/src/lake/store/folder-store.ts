/**
 * A lake in a folder of this machine, or of a file system that several mount.
 *
 *     <root>/<topic>/date=…/….parquet
 *     <root>/<topic>/_drafts/<partition>-<unique>/   what one writer has not published yet
 *
 * `publish` is: fsync the draft, rename it, fsync the folder. A new writer renames the folders of all earlier ones away, so that their
 * drafts are not where their renames look for them: the rename that publishes is also what fences, and there is no moment between a
 * check and the deed. (POSIX rename; network file systems whose rename is not atomic are not for a lake.)
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { LakeError } from '../lake-error.ts';
import { dateFolderOf, parsePath, pathOf, type LakeFile, type StoredFile } from '../lake-file.ts';
import type { LakeStore, LakeWriter } from './lake-store.ts';

const draftsFolder = '_drafts';
/** Begins the name of a writer's folder that was put out. */
const removedMark = 'removed-';

const hasCode = (error: unknown, ...codes: string[]): boolean => codes.includes((error as NodeJS.ErrnoException).code!);

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

async function syncPath(file: string): Promise<void> {
  const handle = await fs.open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (file: string): Promise<boolean> =>
  fs.access(file).then(
    () => true,
    () => false,
  );

const unreachable = (location: string, cause: unknown): LakeError =>
  new LakeError('LAKE_UNREACHABLE', `the lake at ${location} cannot be written: ${(cause as Error).message}`, {
    cause,
  });

const removeTree = (folder: string): Promise<void> => fs.rm(folder, { recursive: true, force: true });

export class FolderStore implements LakeStore {
  readonly location: string;

  constructor(root: string) {
    this.location = path.resolve(root);
  }

  async topics(): Promise<string[]> {
    const entries = await entriesOf(this.location);
    return entries.filter((name) => !name.startsWith('_') && !name.startsWith('.')).sort();
  }

  async files(topic: string): Promise<StoredFile[]> {
    const folders = await entriesOf(path.join(this.location, topic));
    const found: StoredFile[] = [];
    for (const folder of folders.filter((name) => name.startsWith('date='))) {
      for (const name of await entriesOf(path.join(this.location, topic, folder))) {
        const file = parsePath(`${topic}/${folder}/${name}`);
        const size = file && (await this.sizeOf(file));
        if (file && size !== undefined) found.push({ ...file, bytes: size });
      }
    }
    return found;
  }

  /** Undefined when it was removed since the folder was read. */
  private async sizeOf(file: LakeFile): Promise<number | undefined> {
    try {
      return (await fs.stat(this.pathOf(file))).size;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async openWriter(topic: string, partition: number): Promise<LakeWriter> {
    const drafts = path.join(this.location, topic, draftsFolder);
    const own = path.join(drafts, `${partition}-${randomUUID()}`);
    await fs.mkdir(own, { recursive: true }).catch((error: unknown) => {
      throw unreachable(this.location, error);
    });
    for (const name of await entriesOf(drafts)) {
      const folder = path.join(drafts, name);
      if (folder === own) continue;
      if (name.startsWith(`${partition}-`)) await this.putOut(folder, drafts);
      else if (name.startsWith(removedMark)) await removeTree(folder).catch(() => undefined);
    }
    return new FolderWriter(this, own);
  }

  private async putOut(folder: string, drafts: string): Promise<void> {
    const removed = path.join(drafts, removedMark + randomUUID());
    try {
      await fs.rename(folder, removed);
    } catch (error) {
      // Its owner closed it, or another new writer was faster.
      if (hasCode(error, 'ENOENT')) return;
      throw error;
    }
    await removeTree(removed).catch(() => undefined);
  }

  async localPath(file: StoredFile): Promise<string> {
    return Promise.resolve(this.pathOf(file));
  }

  pathOf(file: LakeFile): string {
    return path.join(this.location, pathOf(file));
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}

class FolderWriter implements LakeWriter {
  constructor(
    private readonly store: FolderStore,
    private readonly folder: string,
  ) {}

  draft(name: string): string {
    return path.join(this.folder, `${name}.draft`);
  }

  async publish(draft: string, file: LakeFile): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await syncPath(draft);
        await this.moveTo(this.store.pathOf(file), draft);
        return;
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw unreachable(this.store.location, error);
        // Retention may have removed the day's empty folder between its making and the rename.
        if (attempt < 3 && (await exists(draft))) continue;
        throw new LakeError(
          'LAKE_FENCED',
          `${dateFolderOf(file.date)} of ${file.topic}, partition ${file.partition}: another task writes it now`,
          { cause: error },
        );
      }
    }
  }

  private async moveTo(target: string, draft: string): Promise<void> {
    const dateFolder = path.dirname(target);
    const made = await fs.mkdir(dateFolder, { recursive: true });
    await fs.rename(draft, target);
    await syncPath(dateFolder);
    if (made !== undefined) await syncPath(path.dirname(dateFolder));
  }

  async remove(files: readonly LakeFile[]): Promise<void> {
    for (const file of files) await fs.rm(this.store.pathOf(file), { force: true });
    for (const folder of new Set(files.map((file) => path.dirname(this.store.pathOf(file)))))
      await fs.rmdir(folder).catch(() => undefined);
  }

  async close(): Promise<void> {
    await removeTree(this.folder).catch(() => undefined);
  }
}
