/** Names of the files and folders of a log folder, as Kafka has them. */

export const recoveryPointFile = 'recovery-point-offset-checkpoint';
export const logStartFile = 'log-start-offset-checkpoint';
export const cleanerCheckpointFile = 'cleaner-offset-checkpoint';
export const cleanShutdownFile = '.kafka_cleanshutdown';
export const metaPropertiesFile = 'meta.properties';
export const partitionMetadataFile = 'partition.metadata';

export const logSuffix = '.log';
export const indexSuffix = '.index';
export const timeIndexSuffix = '.timeindex';
export const abortedIndexSuffix = '.txnindex';
export const snapshotSuffix = '.snapshot';
const deletedFolderSuffix = '-delete';

/** File systems allow 255 bytes in a name. */
const longestName = 255;

/** `00000000000000000042`: an offset in twenty digits, so that names sort as offsets do. */
export function offsetFileName(offset: number): string {
  return String(offset).padStart(20, '0');
}

/** Offset and suffix of `00000000000000000042.log`; undefined for other names. */
export function parseOffsetFileName(name: string): { readonly offset: number; readonly suffix: string } | undefined {
  const match = /^(\d{20})(\..+)$/.exec(name);
  const offset = Number(match?.[1]);
  return match && Number.isSafeInteger(offset) ? { offset, suffix: match[2]! } : undefined;
}

export function partitionFolder(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** Topic and partition of a folder's name; undefined for other names and for what is being deleted. */
export function parsePartitionFolder(name: string): { readonly topic: string; readonly partition: number } | undefined {
  if (isDeletedFolder(name)) return undefined;
  const match = /^(.+)-(0|[1-9]\d{0,9})$/.exec(name);
  return match ? { topic: match[1]!, partition: Number(match[2]) } : undefined;
}

/** `orders-0.8f14e45f….-delete`: unique, so that a topic can be made and deleted again and again. */
export function deletedFolder(folder: string, uniqueId: string): string {
  const suffix = `.${uniqueId.replaceAll('-', '')}${deletedFolderSuffix}`;
  return folder.slice(0, longestName - suffix.length) + suffix;
}

export function isDeletedFolder(name: string): boolean {
  return /\.[0-9a-f]{32}-delete$/.test(name);
}
