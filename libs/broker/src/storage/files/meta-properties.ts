/**
 * `meta.properties`: to whom the log folder belongs (version 1, as Kafka's KRaft brokers write it).
 *
 *     version=1
 *     cluster.id=MkU3OEVBNTcwNTJENDM2Qg
 *     node.id=1
 *     directory.id=r2Bp9cXzQvyy0Bf8xNqoFA
 */
import type { FileSystem } from '../file-system/file-system.ts';
import { StorageError } from '../storage-error.ts';
import { writeFileAtomically } from './atomic-file.ts';

export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: string;
}

/** Undefined when there is no such file. @throws StorageError when it is not one that this version understands. */
export function readMetaProperties(fileSystem: FileSystem, path: string): MetaProperties | undefined {
  const text = fileSystem.readFile(path)?.toString('utf8');
  if (text === undefined) return undefined;
  const entries = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const);
  const properties = new Map(entries);
  const nodeId = Number(properties.get('node.id'));
  const clusterId = properties.get('cluster.id');
  if (properties.get('version') !== '1' || !Number.isInteger(nodeId) || !clusterId) {
    throw new StorageError(
      'DIRECTORY_FOREIGN',
      `${path} is not a meta.properties of version 1 with cluster.id and node.id: use another data folder, or mend the file`,
    );
  }
  return { clusterId, nodeId, directoryId: properties.get('directory.id') ?? '' };
}

export function writeMetaProperties(fileSystem: FileSystem, path: string, properties: MetaProperties): Promise<void> {
  const lines = [
    'version=1',
    `cluster.id=${properties.clusterId}`,
    `node.id=${properties.nodeId}`,
    `directory.id=${properties.directoryId}`,
  ];
  return writeFileAtomically(fileSystem, path, Buffer.from(lines.join('\n') + '\n'));
}
