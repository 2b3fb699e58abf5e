/**
 * Which offsets the lake's files claim, and so what is still to be written and which rows count.
 *
 * A batch of offsets a..b of a partition gives one file for each of its days, all named a..b, published one after another; the next batch
 * begins when all of them are there. So whatever was killed at whatever moment, for every file named `first..last` all records before
 * `first` are in the lake. From the names alone follows where a writer goes on (`resumptionOf`): at the greatest `first`. Of what it
 * reads again it leaves out, day by day, what files claim already, and publishes the rest in order of `first`, so that the same still
 * holds. No other note of progress is kept, and none can disagree with the files.
 *
 * Ranges of one day overlap in two cases: files were merged into one that claims them all, and the merged ones are not removed yet; or a
 * store that cannot fence took a late file of a writer that had lost its partition. Both hold the same rows, so that `countedOnce` says
 * for each file which of its offsets count.
 */
import type { LakeFile } from './lake-file.ts';

/** Offsets from `first` to `last`, both included. */
export interface OffsetSpan {
  readonly first: number;
  readonly last: number;
}

/** Spans that follow or overlap each other as one, in order. */
export function mergedSpans(spans: readonly OffsetSpan[]): OffsetSpan[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of [...spans].sort((one, other) => one.first - other.first)) {
    const before = merged.at(-1);
    if (before && first <= before.last + 1) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** Where a writer goes on. */
export interface Resumption {
  /** The offset to read next; undefined when the lake holds nothing of the partition. */
  readonly resumeFrom: number | undefined;
  /** The greatest offset that some file claims; a batch must not reach across it. -1 when there is none. */
  readonly claimedTo: number;
}

/** What follows from the names of one partition's files. */
export function resumptionOf(files: readonly OffsetSpan[]): Resumption {
  if (files.length === 0) return { resumeFrom: undefined, claimedTo: -1 };
  let resumeFrom = 0;
  let claimedTo = -1;
  for (const { first, last } of files) {
    resumeFrom = Math.max(resumeFrom, first);
    claimedTo = Math.max(claimedTo, last);
  }
  return { resumeFrom, claimedTo };
}

/** What of one span the others do not claim, in order. */
export function unclaimed(spans: readonly OffsetSpan[], wanted: OffsetSpan): OffsetSpan[] {
  const left: OffsetSpan[] = [];
  let first = wanted.first;
  for (const span of mergedSpans(spans)) {
    if (span.last < first) continue;
    if (span.first > wanted.last) break;
    if (span.first > first) left.push({ first, last: span.first - 1 });
    first = span.last + 1;
  }
  if (first <= wanted.last) left.push({ first, last: wanted.last });
  return left;
}

/** A file and the offsets of it that count. */
export interface Counted<File extends LakeFile> {
  readonly file: File;
  /** The same as the file's own, unless another one that begins before counts for the rest. */
  readonly span: OffsetSpan;
}

export interface Reading<File extends LakeFile> {
  /** In order of partition, day and offset. */
  readonly counted: readonly Counted<File>[];
  /** Files of which nothing counts: larger ones claim all that they do. They may be removed. */
  readonly superseded: readonly File[];
}

/** Each offset of each day once: of files that overlap, the one that begins first counts, and of those the larger. */
export function countedOnce<File extends LakeFile>(files: readonly File[]): Reading<File> {
  const counted: Counted<File>[] = [];
  const superseded: File[] = [];
  let lane = '';
  let reached = -1;
  for (const file of [...files].sort(byLane)) {
    const own = `${file.topic} ${file.partition} ${file.date}`;
    if (own !== lane) [lane, reached] = [own, -1];
    if (file.last <= reached) {
      superseded.push(file);
      continue;
    }
    counted.push({ file, span: { first: Math.max(file.first, reached + 1), last: file.last } });
    reached = file.last;
  }
  return { counted, superseded };
}

function byLane(one: LakeFile, other: LakeFile): number {
  return (
    compare(one.topic, other.topic) ||
    one.partition - other.partition ||
    compare(one.date, other.date) ||
    one.first - other.first ||
    other.last - one.last
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
