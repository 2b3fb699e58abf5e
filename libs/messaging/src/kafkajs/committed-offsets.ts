import type { Kafka } from 'kafkajs';
import { pauseMs, type Clock } from '../clock/index.ts';
import { requireStableOffsets } from './group-fencing.ts';
import { protocolErrorOf } from './kafkajs-failure.ts';

/** A transaction's offsets are pending for a round trip, or until its time-out when its writer died. */
const backoff = { firstMs: 10, maxMs: 500 };

/** What passes: offsets that are pending, and a coordinator that loads its groups or moves, after which kafkajs does not ask again. */
const passing: ReadonlySet<string | undefined> = new Set([
  'UNSTABLE_OFFSET_COMMIT',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** A group's committed offsets, when no transaction has any of them pending. */
export async function committedOffsets(
  kafka: Kafka,
  clock: Clock,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const release = requireStableOffsets(groupId);
  const admin = kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 } });
  try {
    await admin.connect();
    for (let attempt = 1; ; attempt++) {
      try {
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
        const offsets = new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
        return new Map(partitions.map((partition) => [partition, offsets.get(partition) ?? -1n]));
      } catch (error) {
        if (!passing.has(protocolErrorOf(error))) throw error;
        await clock.sleep(pauseMs(backoff, attempt));
      }
    }
  } finally {
    release();
    await admin.disconnect();
  }
}
