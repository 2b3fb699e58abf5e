import type { FileSystem } from './file-system/file-system.ts';
import { OffsetIndex } from './files/offset-index.ts';
import { TimeIndex } from './files/time-index.ts';

/** The two indexes of a segment. */
export interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

/** Where a segment's indexes are. */
export interface IndexPlace {
  readonly baseOffset: number;
  readonly indexPath: string;
  readonly timeIndexPath: string;
}

export function emptyIndexes(place: IndexPlace): SegmentIndexes {
  return {
    offsets: OffsetIndex.empty(place.indexPath, place.baseOffset),
    times: TimeIndex.empty(place.timeIndexPath, place.baseOffset),
  };
}

/** Reads the indexes of a log of `logBytes` bytes; undefined when one is missing or damaged. */
export function readIndexes(fileSystem: FileSystem, place: IndexPlace, logBytes: number): SegmentIndexes | undefined {
  const offsets = OffsetIndex.load(fileSystem, place.indexPath, place.baseOffset, logBytes);
  const times = offsets && TimeIndex.load(fileSystem, place.timeIndexPath, place.baseOffset);
  return offsets && times && { offsets, times };
}
