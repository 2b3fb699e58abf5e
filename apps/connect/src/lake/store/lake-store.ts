/**
 * Where the lake lies: a folder, or a bucket of an S3-compatible store. The shared suite of both is lake-store.int.spec.ts.
 *
 * A file appears whole or not at all, and is durable when `publish` resolves. Whoever opens a writer of a partition puts every earlier
 * writer of it out: on a folder their `publish` fails from that moment on; on S3 it fails unless its request is under way already, which
 * is why readers count overlapping files once (coverage.ts).
 */
import type { LakeFile, StoredFile } from '../lake-file.ts';

export interface LakeStore {
  /** For people: a path or an URL, without credentials. */
  readonly location: string;
  /** Topics that have a folder, in order of name. */
  topics(): Promise<string[]>;
  /** A topic's files, whole ones only; empty when it has none. */
  files(topic: string): Promise<StoredFile[]>;
  /** Becomes the one writer of a partition. */
  openWriter(topic: string, partition: number): Promise<LakeWriter>;
  /** A local path under which a file's bytes can be read now. @throws {LakeError} when it is gone */
  localPath(file: StoredFile): Promise<string>;
  close(): Promise<void>;
}

/** The one writer of a partition. */
export interface LakeWriter {
  /** Where a file is written before it is published: a local path, whose name no reader of the lake takes for a file of it. */
  draft(name: string): string;
  /**
   * Makes a draft a file of the lake. @throws {LakeError} `LAKE_FENCED` when another writer has the partition; the draft is lost then.
   */
  publish(draft: string, file: LakeFile): Promise<void>;
  /** Removes files; one that is not there is none. */
  remove(files: readonly LakeFile[]): Promise<void>;
  /** Frees what the writer has, drafts included. */
  close(): Promise<void>;
}
