import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { FolderStore } from './folder-store.ts';
import type { LakeStore } from './lake-store.ts';
import { S3Store } from './s3-store.ts';

/** Where the lake lies, and how it is reached. */
export interface LakeLocation {
  /** A folder's path, or `s3://BUCKET/PREFIX`. */
  readonly url: string;
  readonly s3Region?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly s3AccessKeyId?: string | undefined;
  readonly s3SecretAccessKey?: string | undefined;
  /** How much of a bucket is kept on this machine for reading. */
  readonly cacheMaxBytes?: number | undefined;
}

const s3Pattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/;

/** Why the text names no lake; undefined when it does. */
export function wrongLakeUrl(url: string): string | undefined {
  if (url.trim() === '') return 'must be a folder, or s3://BUCKET/PREFIX';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !s3Pattern.test(url)) return 'must be a folder, or s3://BUCKET/PREFIX';
  return undefined;
}

/** Opens no connection and makes no folder yet. */
export function openLakeStore(location: LakeLocation): LakeStore {
  const [isS3, bucket, prefix] = s3Pattern.exec(location.url) ?? [];
  if (isS3 === undefined) return new FolderStore(location.url);
  const { s3Region = 'us-east-1', s3Endpoint, s3AccessKeyId, s3SecretAccessKey, cacheMaxBytes = 2 ** 30 } = location;
  return new S3Store({
    bucket: bucket!,
    prefix: prefix ?? '',
    region: s3Region,
    workFolder: path.join(os.tmpdir(), `headwater-lake-${randomUUID()}`),
    cacheMaxBytes,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    ...(s3AccessKeyId === undefined ? {} : { accessKeyId: s3AccessKeyId }),
    ...(s3SecretAccessKey === undefined ? {} : { secretAccessKey: s3SecretAccessKey }),
  });
}
