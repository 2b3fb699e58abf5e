/** Reads a coordinator's log: its newest snapshot, if there is one, and then the records behind it to the durable end. */
import { batchesIn, decodeRecords, decodeTransactionMarker, type TransactionMarker } from '../protocol/index.ts';
import type { LogSnapshot, PartitionLog } from '../storage/index.ts';
import type { RecordPosition, StateRecord } from './state-machine.ts';

const readBytes = 1024 * 1024;

/**
 * `hasSnapshots`: whether the log's beginning may have gone into a snapshot. Returns the end offset of the one that was used.
 * @throws what the log throws when it cannot be read, what `replay` throws, and Error when log and snapshot do not fit together.
 */
export async function loadLog(
  log: PartitionLog,
  replay: (record: StateRecord, position: RecordPosition) => void,
  replayMarker: (marker: TransactionMarker) => void,
  hasSnapshots: boolean,
): Promise<number | undefined> {
  const snapshot = hasSnapshots ? log.snapshots.newest() : undefined;
  const snapshotEnd = snapshot?.endOffset ?? 0;
  if (hasSnapshots && snapshotEnd < log.logStartOffset) {
    const found = snapshot ? `its newest whole snapshot ends at ${snapshotEnd}` : 'it has no whole snapshot';
    throw new Error(`the log starts at offset ${log.logStartOffset}, but ${found}: restore its folder from a backup`);
  }
  if (snapshotEnd > log.highWatermark) {
    throw new Error(`the log ends at offset ${log.highWatermark}, before its snapshot of offset ${snapshotEnd}`);
  }
  if (snapshot) {
    replaySnapshot(snapshot, replay);
    await nextTurn();
  }
  let offset = Math.max(snapshotEnd, log.logStartOffset);
  while (offset < log.highWatermark) {
    const { records, nextOffset } = await log.read(offset, readBytes);
    if (nextOffset <= offset) break;
    for (const batch of batchesIn(records)) {
      const { isControl, isTransactional } = batch.header;
      if (isControl) {
        const marker = batch.header.baseOffset >= offset ? decodeTransactionMarker(batch) : undefined;
        if (marker !== undefined) replayMarker(marker);
        continue;
      }
      const producerId = isTransactional ? batch.header.producerId : undefined;
      for (const record of decodeRecords(batch))
        if (record.offset >= offset)
          replay(record, { offset: record.offset, timestampMs: record.timestampMs, producerId });
    }
    offset = nextOffset;
    await nextTurn();
  }
  return snapshot?.endOffset;
}

function replaySnapshot(
  { endOffset, records }: LogSnapshot,
  replay: (record: StateRecord, position: RecordPosition) => void,
): void {
  for (const batch of batchesIn(records)) {
    if (batch.header.isControl) continue;
    for (const record of decodeRecords(batch)) {
      replay(record, { offset: endOffset - 1, timestampMs: record.timestampMs });
    }
  }
}

/** Lets sockets and timers have their turn between two reads that came from memory. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
