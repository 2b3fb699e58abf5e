import { describe, expect, it } from '@jest/globals';
import { randomUuid, ZERO_UUID } from '../../protocol/index.ts';
import { defaultLogConfig, MemoryFileSystem, openLogStorage, type PartitionLog } from '../../storage/index.ts';
import type { BrokerServices } from '../request-context.ts';
import { batchOf } from '../testing/batches.ts';
import { readPartitions } from './partition-read.ts';

const request = {
  topic: 'orders',
  topicId: ZERO_UUID,
  partition: 0,
  fetchOffset: 0,
  maxBytes: 1000,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
};

async function append(log: PartitionLog): Promise<void> {
  await log.append([batchOf(['value'])], { origin: 'client' }).durable;
}

/** A log of which each read takes so long that a record is written meanwhile. */
function slowly(log: PartitionLog): PartitionLog {
  const read: PartitionLog['read'] = async (...range) => {
    const found = await log.read(...range);
    await append(log);
    return found;
  };
  const { leaderEpoch } = log;
  const offsets = {
    get highWatermark() {
      return log.highWatermark;
    },
    get lastStableOffset() {
      return log.lastStableOffset;
    },
    get logEndOffset() {
      return log.logEndOffset;
    },
  };
  return Object.assign(offsets, { leaderEpoch, logStartOffset: 0, read }) as PartitionLog;
}

describe('a read of a partition', () => {
  it('tells the end that it has read up to, so that its fetch does not wait for what came meanwhile', async () => {
    const storage = await openLogStorage({ directory: '/data', fileSystem: new MemoryFileSystem() });
    const log = await storage.create('orders', 0, { topicId: randomUuid(), config: defaultLogConfig });
    await append(log);
    const metadata = { topic: () => ({ partitionCount: 1 }) };
    const broker = { metadata, storage: { get: () => slowly(log) } } as unknown as BrokerServices;
    const limits = { usesTopicIds: false, maxBytes: 1000, committedOnly: false };
    const [read] = await readPartitions(broker, [request], limits);
    expect(log.highWatermark).toBe(2);
    expect(read).toMatchObject({ highWatermark: 1, lastStableOffset: 1, errorCode: 0 });
    await storage.close();
  });
});
