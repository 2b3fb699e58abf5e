/** Reads a coordinator's log from its first record to its durable end. */
import { batchesIn, decodeRecords, decodeTransactionMarker, type TransactionMarker } from '../protocol/index.ts';
import type { PartitionLog } from '../storage/index.ts';
import type { RecordPosition, StateRecord } from './state-machine.ts';

const readBytes = 1024 * 1024;

/** @throws what the log throws when it cannot be read, and what `replay` throws. */
export async function loadLog(
  log: PartitionLog,
  replay: (record: StateRecord, position: RecordPosition) => void,
  replayMarker: (marker: TransactionMarker) => void,
): Promise<void> {
  let offset = log.logStartOffset;
  while (offset < log.highWatermark) {
    const { records, nextOffset } = await log.read(offset, readBytes);
    if (nextOffset <= offset) return;
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
}

/** Lets sockets and timers have their turn between two reads that came from memory. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
