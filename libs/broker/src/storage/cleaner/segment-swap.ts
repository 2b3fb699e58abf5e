/**
 * Puts a cleaned segment in the place of those that it was made from, so that a crash at any step leaves the old ones or the new one:
 *
 *     1  X.index.cleaned, X.timeindex.cleaned, X.txnindex.cleaned, X.log.cleaned are written and synced
 *     2  renamed to .swap, the log last
 *     3  folder synced: from here on the new segment counts
 *     4  the files of the other old segments are removed, folder synced
 *     5  X.index.swap … renamed to X.index …, folder synced
 *     6  X.log.swap renamed to X.log, folder synced
 *
 * At start, an X.log.swap says that step 2 was done: steps 3 to 6 are done again. What else ends in .cleaned or .swap is removed.
 * The old segments are those from X to the end of the new one: a cleaned segment always ends with its sources' last batch, if
 * only an empty one.
 */
import { join } from 'node:path';
import {
  abortedIndexSuffix,
  indexSuffix,
  logSuffix,
  offsetFileName,
  parseOffsetFileName,
  timeIndexSuffix,
} from '../files/log-file-names.ts';
import type { LogContext } from '../log-context.ts';
import type { LogSegment } from '../log-segment.ts';
import { scanBatches } from '../segment-scan.ts';

const swapSuffix = '.swap';
const segmentSuffixes = [logSuffix, indexSuffix, timeIndexSuffix, abortedIndexSuffix];

/** Step 2. When it fails, the log is as before. No other swap of the log may be under way. */
export async function beginSwap({ fileSystem }: LogContext, segment: LogSegment): Promise<void> {
  try {
    segment.moveIndexes(swapSuffix);
    segment.moveLog(swapSuffix);
  } catch (error) {
    const place = join(segment.directory, offsetFileName(segment.baseOffset));
    for (const suffix of [indexSuffix, timeIndexSuffix, abortedIndexSuffix]) {
      await fileSystem.remove(place + suffix + swapSuffix).catch(() => undefined);
    }
    throw error;
  }
}

/** Steps 3 to 6; after a failure it may be called again. */
export async function finishSwap(
  { fileSystem }: LogContext,
  segment: LogSegment,
  sources: readonly LogSegment[],
): Promise<void> {
  const { directory } = segment;
  await fileSystem.syncDirectory(directory);
  if (segment.stage === '') return;
  const others = sources.filter((source) => source.baseOffset !== segment.baseOffset);
  for (const source of others) {
    for (const suffix of segmentSuffixes) await fileSystem.remove(source.pathOf(suffix));
  }
  if (others.length > 0) await fileSystem.syncDirectory(directory);
  segment.moveIndexes('');
  await fileSystem.syncDirectory(directory);
  segment.moveLog('');
  await fileSystem.syncDirectory(directory);
}

/** Completes the swaps that a crash interrupted, before anything else looks at the folder. */
export async function recoverSwaps(context: LogContext, directory: string): Promise<void> {
  const names = context.fileSystem.list(directory).map((entry) => entry.name);
  const swaps = names
    .map((name) => parseOffsetFileName(name))
    .filter((file) => file?.suffix === logSuffix + swapSuffix)
    .map((file) => file!.offset)
    .sort((one, other) => one - other);
  for (const baseOffset of swaps) await recoverSwap(context, directory, baseOffset, names);
}

async function recoverSwap(
  context: LogContext,
  directory: string,
  baseOffset: number,
  names: readonly string[],
): Promise<void> {
  const { fileSystem, report } = context;
  const place = join(directory, offsetFileName(baseOffset));
  const endOffset = endOf(context, `${place}${logSuffix}${swapSuffix}`, baseOffset);
  report({ level: 'info', message: `Completing the compaction of ${place}${logSuffix} up to offset ${endOffset}` });
  await fileSystem.syncDirectory(directory);
  for (const name of names) {
    const file = parseOffsetFileName(name);
    if (!file || !segmentSuffixes.includes(file.suffix)) continue;
    if (file.offset > baseOffset && file.offset < endOffset) await fileSystem.remove(join(directory, name));
  }
  await fileSystem.syncDirectory(directory);
  for (const suffix of [indexSuffix, timeIndexSuffix, abortedIndexSuffix]) {
    const path = place + suffix;
    if (fileSystem.stat(path + swapSuffix)) fileSystem.rename(path + swapSuffix, path);
  }
  await fileSystem.syncDirectory(directory);
  context.files.forget(place + logSuffix);
  fileSystem.rename(`${place}${logSuffix}${swapSuffix}`, place + logSuffix);
  await fileSystem.syncDirectory(directory);
}

/** Offset after the last batch. */
function endOf({ fileSystem }: LogContext, path: string, baseOffset: number): number {
  const file = fileSystem.open(path, 'read');
  try {
    let endOffset = baseOffset;
    const scope = { from: 0, to: file.size(), firstOffset: baseOffset };
    for (const { header } of scanBatches({ file, checkCrc: false, ...scope })) endOffset = header.lastOffset + 1;
    return endOffset;
  } finally {
    file.close();
  }
}
