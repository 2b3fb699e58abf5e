/** Reads as a consumer of committed records does: leaves out what the answers call aborted. */
import { batchesIn, decodeRecords } from '../../protocol/index.ts';
import { fetch } from './requests.ts';
import type { WireClient } from './wire-client.ts';

export interface CommittedRecords {
  readonly values: readonly string[];
  readonly lastStableOffset: number;
  readonly highWatermark: number;
}

export async function readCommitted(client: WireClient, topic: string, partition: number): Promise<CommittedRecords> {
  const values: string[] = [];
  for (let offset = 0; ;) {
    const { responses } = await fetch(client, topic, offset, { partition, isolationLevel: 1, partitionMaxBytes: 1000 });
    const answer = responses[0]!.partitions[0]!;
    if (answer.errorCode !== 0) throw new Error(`Fetch of ${topic}-${partition} failed: ${answer.errorCode}`);
    const upcoming = (answer.abortedTransactions ?? []).toSorted((one, other) => one.firstOffset - other.firstOffset);
    const aborted = new Set<number>();
    let next = offset;
    for (const batch of batchesIn(answer.records ?? [])) {
      const { header } = batch;
      next = header.baseOffset + header.lastOffsetDelta + 1;
      while (upcoming.length > 0 && upcoming[0]!.firstOffset < next) aborted.add(upcoming.shift()!.producerId);
      if (header.isControl) aborted.delete(header.producerId);
      else if (!header.isTransactional || !aborted.has(header.producerId))
        for (const record of decodeRecords(batch))
          if (record.offset >= offset) values.push(record.value?.toString() ?? '');
    }
    if (next === offset)
      return { values, lastStableOffset: answer.lastStableOffset, highWatermark: answer.highWatermark };
    offset = next;
  }
}
