/**
 * A lake in a bucket of an S3-compatible store. An object appears whole by the PUT that makes it, so that there is nothing to rename.
 *
 *     <prefix>/<topic>/date=…/….parquet
 *     <prefix>/<topic>/_writers/<partition>-<epoch>     who writes a partition: the greatest epoch
 *
 * A writer takes the next epoch with a PUT that must not replace (`If-None-Match: *`), and looks for a greater one before each file it
 * publishes. A request that was under way by then may still arrive; the file repeats what the new writer writes as well, and is counted
 * once (coverage.ts).
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { LakeError } from '../lake-error.ts';
import { parsePath, pathOf, type LakeFile, type StoredFile } from '../lake-file.ts';
import type { LakeStore, LakeWriter } from './lake-store.ts';
import { ObjectCache } from './object-cache.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Before each key; without slashes at its ends. Empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** Of a store that is not Amazon's; its buckets are then parts of the path. */
  readonly endpoint?: string;
  /** The SDK's own search (environment, profile, instance role) when not given. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Local folder for drafts and for objects that are read. */
  readonly workFolder: string;
  readonly cacheMaxBytes: number;
}

/** S3 removes so many with one request. */
const removedAtOnce = 1_000;

export class S3Store implements LakeStore {
  readonly location: string;
  private readonly client: S3Client;
  private readonly cache: ObjectCache;
  private readonly base: string;

  constructor(private readonly options: S3StoreOptions) {
    const { bucket, prefix, region, endpoint, accessKeyId, secretAccessKey } = options;
    this.location = `s3://${bucket}/${prefix}`;
    this.base = prefix === '' ? '' : `${prefix}/`;
    this.cache = new ObjectCache(path.join(options.workFolder, 'objects'), options.cacheMaxBytes);
    this.client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
      // Stores other than Amazon's do not know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /** By all keys: stores differ in how they list by delimiter. */
  async topics(): Promise<string[]> {
    const topics = new Set<string>();
    for await (const page of this.pages(this.base))
      for (const { Key: key = '' } of page.Contents ?? []) {
        const file = parsePath(key.slice(this.base.length));
        if (file) topics.add(file.topic);
      }
    return [...topics].sort();
  }

  async files(topic: string): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    for await (const page of this.pages(`${this.base}${topic}/date=`))
      for (const { Key: key = '', Size: bytes = 0 } of page.Contents ?? []) {
        const file = parsePath(key.slice(this.base.length));
        if (file) found.push({ ...file, bytes });
      }
    return found;
  }

  async openWriter(topic: string, partition: number): Promise<LakeWriter> {
    const folder = path.join(this.options.workFolder, `drafts-${randomUUID()}`);
    await fs.mkdir(folder, { recursive: true });
    const epoch = await this.takeEpoch(topic, partition);
    return new S3Writer(this, topic, partition, epoch, folder);
  }

  private async takeEpoch(topic: string, partition: number): Promise<number> {
    const own = randomUUID();
    for (;;) {
      const epoch = (await this.newestEpoch(topic, partition)) + 1;
      const key = this.epochKey(topic, partition, epoch);
      const taken = await this.putNew(key, own);
      // A store that does not know the condition let the later of two replace the earlier.
      if (taken && (await this.textOf(key)) === own) return epoch;
    }
  }

  private async putNew(key: string, text: string): Promise<boolean> {
    try {
      const { bucket: Bucket } = this.options;
      await this.client.send(new PutObjectCommand({ Bucket, Key: key, Body: text, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 412 || status === 409) return false;
      throw this.unreachable(`did not take ${key}`, error);
    }
  }

  private async textOf(key: string): Promise<string> {
    const { Body: body } = await this.client.send(new GetObjectCommand({ Bucket: this.options.bucket, Key: key }));
    return (await body?.transformToString()) ?? '';
  }

  private epochKey(topic: string, partition: number, epoch: number): string {
    return `${this.base}${topic}/_writers/${partition}-${String(epoch).padStart(12, '0')}`;
  }

  /** 0 when nobody has written the partition. */
  async newestEpoch(topic: string, partition: number): Promise<number> {
    let newest = 0;
    for await (const page of this.pages(`${this.base}${topic}/_writers/${partition}-`))
      for (const { Key: key = '' } of page.Contents ?? [])
        newest = Math.max(newest, Number(key.slice(key.lastIndexOf('-') + 1)) || 0);
    return newest;
  }

  async put(file: LakeFile, draft: string): Promise<void> {
    const { size } = await fs.stat(draft);
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.options.bucket,
          Key: this.base + pathOf(file),
          Body: createReadStream(draft),
          ContentLength: size,
          ContentType: 'application/vnd.apache.parquet',
        }),
      );
    } catch (error) {
      throw this.unreachable(`did not take ${pathOf(file)}`, error);
    }
  }

  async remove(files: readonly LakeFile[]): Promise<void> {
    for (let start = 0; start < files.length; start += removedAtOnce) {
      const keys = files.slice(start, start + removedAtOnce).map((file) => ({ Key: this.base + pathOf(file) }));
      try {
        await this.client.send(
          new DeleteObjectsCommand({ Bucket: this.options.bucket, Delete: { Objects: keys, Quiet: true } }),
        );
      } catch (error) {
        throw this.unreachable(`did not remove ${keys.length} objects`, error);
      }
    }
  }

  localPath(file: StoredFile): Promise<string> {
    const key = this.base + pathOf(file);
    // The day's folder belongs to the path: DuckDB reads the day from it.
    return this.cache.pathOf(pathOf(file), file.bytes, async () => {
      try {
        const answer = await this.client.send(new GetObjectCommand({ Bucket: this.options.bucket, Key: key }));
        return answer.Body as Readable;
      } catch (error) {
        throw this.unreachable(`did not give ${key}`, error);
      }
    });
  }

  private async *pages(prefix: string): AsyncGenerator<ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      let page: ListObjectsV2CommandOutput;
      const more = token === undefined ? {} : { ContinuationToken: token };
      try {
        page = await this.client.send(
          new ListObjectsV2Command({ Bucket: this.options.bucket, Prefix: prefix, ...more }),
        );
      } catch (error) {
        throw this.unreachable(`did not list ${prefix}`, error);
      }
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  private unreachable(what: string, cause: unknown): LakeError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new LakeError('LAKE_UNREACHABLE', `${this.location} ${what}: ${reason}`, { cause });
  }

  async close(): Promise<void> {
    this.client.destroy();
    await fs.rm(this.options.workFolder, { recursive: true, force: true });
  }
}

class S3Writer implements LakeWriter {
  constructor(
    private readonly store: S3Store,
    private readonly topic: string,
    private readonly partition: number,
    private readonly epoch: number,
    private readonly folder: string,
  ) {}

  draft(name: string): string {
    return path.join(this.folder, `${name}.draft`);
  }

  async publish(draft: string, file: LakeFile): Promise<void> {
    if ((await this.store.newestEpoch(this.topic, this.partition)) > this.epoch)
      throw new LakeError(
        'LAKE_FENCED',
        `${this.topic}, partition ${this.partition}: another task writes it now (this one had epoch ${this.epoch})`,
      );
    await this.store.put(file, draft);
    await fs.rm(draft, { force: true });
  }

  remove(files: readonly LakeFile[]): Promise<void> {
    return this.store.remove(files);
  }

  async close(): Promise<void> {
    await fs.rm(this.folder, { recursive: true, force: true });
  }
}
