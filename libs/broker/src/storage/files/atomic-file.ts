import { dirname } from 'node:path';
import type { FileSystem } from '../file-system/file-system.ts';

/**
 * Replaces a small file so that a crash leaves the old or the new content, whole; resolves when the new one is durable.
 * With `sync` false that holds for the end of the process only: after a power cut the file may be damaged, and its reader must see that.
 */
export async function writeFileAtomically(
  fileSystem: FileSystem,
  path: string,
  content: Buffer,
  { sync = true }: { readonly sync?: boolean } = {},
): Promise<void> {
  const draft = `${path}.tmp`;
  const file = fileSystem.open(draft, 'write');
  try {
    file.truncate(0);
    await file.write([content], 0);
    if (sync) await file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(draft, path);
  if (sync) await fileSystem.syncDirectory(dirname(path));
}
