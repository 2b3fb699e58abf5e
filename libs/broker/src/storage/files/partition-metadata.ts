/**
 * `partition.metadata` in a partition's folder: the topic's id (KIP-516).
 *
 *     version: 0
 *     topic_id: r2Bp9cXzQvyy0Bf8xNqoFA
 */
import { join } from 'node:path';
import { uuidFromBase64, uuidToBase64 } from '../../protocol/index.ts';
import type { FileSystem } from '../file-system/file-system.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { partitionMetadataFile } from './log-file-names.ts';

/** Undefined when the file is missing or not readable as such. */
export function readTopicId(fileSystem: FileSystem, directory: string): string | undefined {
  const text = fileSystem.readFile(join(directory, partitionMetadataFile))?.toString('utf8') ?? '';
  const match = /^version: ?0\s+topic_id: ?(\S+)\s*$/.exec(text);
  try {
    return match ? uuidFromBase64(match[1]!) : undefined;
  } catch {
    return undefined;
  }
}

export function writeTopicId(fileSystem: FileSystem, directory: string, topicId: string): Promise<void> {
  const text = `version: 0\ntopic_id: ${uuidToBase64(topicId)}`;
  return writeFileAtomically(fileSystem, join(directory, partitionMetadataFile), Buffer.from(text));
}
