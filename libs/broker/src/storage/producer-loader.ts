/**
 * Makes the producer state of a log from its newest usable snapshot and the batch headers behind it, and the indexes of aborted
 * transactions from the markers among them.
 *
 * Invariant: behind the snapshot that was used, nothing that these indexes held is kept. So a snapshot is used only when the index
 * entries before it can be trusted: it lies at or below the recovery point, and no index of a segment before it is damaged.
 */
import { decodeTransactionMarker, type BatchHeader, type TransactionMarker } from '../protocol/index.ts';
import type { FileHandle } from './file-system/file-system.ts';
import { readProducerSnapshot, snapshotPath } from './files/producer-snapshot.ts';
import type { LogContext } from './log-context.ts';
import type { LogSegment } from './log-segment.ts';
import { describeBatch, type ProducerBatch, ProducerState } from './producer-state.ts';
import { scanBatches } from './segment-scan.ts';

export interface ProducerLoadOptions {
  readonly directory: string;
  readonly segments: readonly LogSegment[];
  /** Rising; none beyond `endOffset`. */
  readonly snapshotOffsets: readonly number[];
  readonly endOffset: number;
  /** Side files are complete up to here. */
  readonly trustedOffset: number;
}

/** How far before a snapshot older batches of its producers are looked for. */
const lookBackBytes = 1024 * 1024;
const remembered = 4;

export interface LoadedProducers {
  readonly producers: ProducerState;
  /** Of the snapshot that was used: what the indexes of aborted transactions hold from here on may be nowhere but in memory. */
  readonly snapshotOffset: number;
}

export function loadProducers(context: LogContext, options: ProducerLoadOptions): LoadedProducers {
  const state = new ProducerState();
  const snapshotOffset = loadNewestSnapshot(context, options, state);
  const older = new Map<number, { epoch: number; batches: ProducerBatch[] }>();
  for (const [index, segment] of options.segments.entries()) {
    const next = options.segments[index + 1];
    if (next && next.baseOffset < snapshotOffset) continue;
    if (snapshotOffset < options.endOffset || snapshotOffset > options.trustedOffset) {
      if (!segment.tryLoadAborted()) segment.clearAborted();
      segment.abortedIndex.truncateToOffset(snapshotOffset);
    }
    if (segment.sizeBytes === 0) continue;
    for (const { header, marker } of headers(context, segment, startOf(segment, snapshotOffset, state.size > 0))) {
      if (header.baseOffset >= snapshotOffset) {
        const ended = state.add(header, header.baseOffset, context.clock.now(), marker);
        if (ended?.committed === false) segment.addAborted(ended);
      } else if (!header.isControl) {
        const known = older.get(header.producerId);
        const batches = known?.epoch === header.producerEpoch ? known.batches.slice(-remembered) : [];
        older.set(header.producerId, {
          epoch: header.producerEpoch,
          batches: [...batches, describeBatch(header, header.baseOffset)],
        });
      }
    }
  }
  for (const [producerId, { epoch, batches }] of older) state.addOlder(producerId, epoch, batches);
  state.transactions.settle(options.endOffset);
  return { producers: state, snapshotOffset };
}

/** Returns the offset of the snapshot, or the start of the log. */
function loadNewestSnapshot(context: LogContext, options: ProducerLoadOptions, state: ProducerState): number {
  const damaged = options.segments.find((segment) => segment.tryLoadAborted() === undefined);
  const limit = Math.min(options.trustedOffset, damaged?.baseOffset ?? Number.MAX_SAFE_INTEGER);
  for (const offset of options.snapshotOffsets.filter((known) => known <= limit).reverse()) {
    const path = snapshotPath(options.directory, offset);
    const entries = readProducerSnapshot(context.fileSystem, path, context.clock.now());
    if (entries) {
      for (const entry of entries) state.restore(entry.producerId, entry);
      return offset;
    }
    context.report({ level: 'warn', message: `${path} is damaged; an older one and the log take its place` });
  }
  return options.segments[0]!.baseOffset;
}

/** Position to read headers from: that of the snapshot, or (with producers in it) some way before. */
function startOf(segment: LogSegment, snapshotOffset: number, lookBack: boolean): number {
  if (snapshotOffset <= segment.baseOffset) return 0;
  const position = segment.offsetIndex.lookup(snapshotOffset);
  return lookBack ? segment.offsetIndex.lastPositionBefore(position - lookBackBytes) : position;
}

function* headers(context: LogContext, segment: LogSegment, from: number) {
  const file = context.files.borrow(segment.logPath);
  try {
    const scope = { from, to: segment.sizeBytes, firstOffset: segment.baseOffset };
    for (const { header, position } of scanBatches({ file: file.handle, checkCrc: false, ...scope })) {
      if (header.hasProducerId) yield { header, marker: readMarker(file.handle, header, position) };
    }
  } finally {
    file.release();
  }
}

function readMarker(file: FileHandle, header: BatchHeader, position: number): TransactionMarker | undefined {
  if (!header.isControl) return undefined;
  const batch = Buffer.alloc(header.sizeBytes);
  file.readNow(batch, position);
  return decodeTransactionMarker({ header, chunks: [batch] });
}
