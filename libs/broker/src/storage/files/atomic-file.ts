import { dirname } from 'node:path';
import type { FileSystem } from '../file-system/file-system.ts';

/** Replaces a small file so that a crash leaves the old or the new content, whole; resolves when the new one is durable. */
export async function writeFileAtomically(fileSystem: FileSystem, path: string, content: Buffer): Promise<void> {
  const draft = `${path}.tmp`;
  const file = fileSystem.open(draft, 'write');
  try {
    file.truncate(0);
    await file.write([content], 0);
    await file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(draft, path);
  await fileSystem.syncDirectory(dirname(path));
}
