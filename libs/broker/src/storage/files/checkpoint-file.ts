/**
 * Kafka's checkpoint files: lines of text.
 *
 *     0                      version
 *     2                      number of entries
 *     orders 0 1042          recovery-point-offset-checkpoint, log-start-offset-checkpoint: topic, partition, offset
 *     orders 1 998
 *
 * and in a partition's `leader-epoch-checkpoint` entries of `epoch startOffset`.
 */
import type { FileSystem } from '../file-system/file-system.ts';
import { writeFileAtomically } from './atomic-file.ts';

const version = '0';

/** Lines of the entries; undefined when the file is missing or damaged: a checkpoint only saves work, it can be done without. */
export function readCheckpoint(fileSystem: FileSystem, path: string): string[][] | undefined {
  const lines = fileSystem.readFile(path)?.toString('utf8').split('\n');
  if (lines?.[0] !== version) return undefined;
  const count = Number(lines[1]);
  const entries = lines.slice(2).filter((line) => line !== '');
  if (!/^\d+$/.test(lines[1] ?? '') || entries.length !== count) return undefined;
  return entries.map((line) => line.split(' '));
}

export function writeCheckpoint(
  fileSystem: FileSystem,
  path: string,
  entries: readonly (readonly (string | number)[])[],
  options?: { readonly sync?: boolean },
): Promise<void> {
  const lines = [version, String(entries.length), ...entries.map((entry) => entry.join(' '))];
  return writeFileAtomically(fileSystem, path, Buffer.from(lines.join('\n') + '\n'), options);
}
