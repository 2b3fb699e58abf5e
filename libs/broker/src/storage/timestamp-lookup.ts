/**
 * Finds records by time (ListOffsets): the time index leads to a segment and near a batch, batch headers to the batch, and only its
 * records are decoded.
 */
import { type BatchHeader, decodeRecords, readBatchHeader } from '../protocol/index.ts';
import type { LogContext } from './log-context.ts';
import { type LogSegment, recordTimestampMs } from './log-segment.ts';
import type { TimestampOffset } from './partition-log.ts';
import { scanBatches } from './segment-scan.ts';

/** A segment and the end of what may be read of it. */
export interface ReadableSegment {
  readonly segment: LogSegment;
  readonly endPosition: number;
}

type Match = (timestampMs: number) => boolean;

/** First record at or after `timestampMs` and `fromOffset`. */
export function findByTimestamp(
  context: LogContext,
  segments: readonly ReadableSegment[],
  timestampMs: number,
  fromOffset: number,
): TimestampOffset | undefined {
  const isWanted: Match = (time) => time >= timestampMs;
  for (const readable of segments) {
    const { segment } = readable;
    if (segment.maxTimestampMs < timestampMs) continue;
    const start = segment.offsetIndex.lookup(Math.max(segment.timeIndex.lookup(timestampMs), fromOffset));
    const found = firstRecord(context, readable, start, isWanted, fromOffset);
    if (found) return found;
  }
  return undefined;
}

/** The first record with the largest timestamp, at or after `fromOffset`. */
export function findMaxTimestamp(
  context: LogContext,
  segments: readonly ReadableSegment[],
  fromOffset: number,
): TimestampOffset | undefined {
  let newest: ReadableSegment | undefined;
  for (const readable of segments) {
    if (readable.segment.maxTimestampMs > (newest?.segment.maxTimestampMs ?? -1)) newest = readable;
  }
  if (!newest) return undefined;
  const { maxTimestampMs, maxTimestampOffset, offsetIndex } = newest.segment;
  const found = firstRecord(
    context,
    newest,
    offsetIndex.lookup(maxTimestampOffset),
    (time) => time >= maxTimestampMs,
    fromOffset,
  );
  return found ?? newestBelow(context, newest, fromOffset);
}

/** For when the newest batch is not durable yet: looks at the headers of all that is. */
function newestBelow(context: LogContext, readable: ReadableSegment, fromOffset: number): TimestampOffset | undefined {
  let newestMs = -1;
  scan(context, readable, 0, (header) => {
    newestMs = Math.max(newestMs, recordTimestampMs(header));
    return undefined;
  });
  return newestMs < 0 ? undefined : firstRecord(context, readable, 0, (time) => time >= newestMs, fromOffset);
}

function firstRecord(
  context: LogContext,
  readable: ReadableSegment,
  from: number,
  isWanted: Match,
  fromOffset: number,
): TimestampOffset | undefined {
  return scan(context, readable, from, (header, read) => {
    if (!isWanted(header.maxTimestamp) || header.lastOffset < fromOffset) return undefined;
    const batch = read();
    for (const record of decodeRecords({ header: readBatchHeader(batch), chunks: [batch] })) {
      if (record.offset < fromOffset || !isWanted(record.timestampMs)) continue;
      return { timestampMs: record.timestampMs, offset: record.offset, leaderEpoch: header.partitionLeaderEpoch };
    }
    return undefined;
  });
}

/** The first thing that `look` makes of a batch. */
function scan<T>(
  context: LogContext,
  { segment, endPosition }: ReadableSegment,
  from: number,
  look: (header: BatchHeader, read: () => Buffer) => T | undefined,
): T | undefined {
  if (endPosition <= from) return undefined;
  const file = context.files.borrow(segment.logPath);
  try {
    const scope = { from, to: endPosition, firstOffset: segment.baseOffset };
    for (const { header, position } of scanBatches({ file: file.handle, checkCrc: false, ...scope })) {
      const found = look(header, () => {
        const batch = Buffer.allocUnsafe(header.sizeBytes);
        file.handle.readNow(batch, position);
        return batch;
      });
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    file.release();
  }
}
