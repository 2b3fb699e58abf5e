import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NoSuchPartition, type LogReader, type OffsetRange } from '@headwater/messaging';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ClusterClient } from '../cluster/cluster-client.ts';
import type { PartitionState, TopicKind } from '../live/live-state.ts';

export interface TopicReading {
  readonly name: string;
  readonly kind: TopicKind;
  readonly partitions: readonly PartitionState[];
}

/** Processes keep `__consumer_offsets`, `_schemas` and `connect_…` for themselves; dead letters are named by the contracts. */
function kindOf(name: string): TopicKind {
  if (name.startsWith('_') || name.startsWith('connect_')) return 'internal';
  return name.includes('.dead-letter.') ? 'dead-letter' : 'data';
}

/** Nothing is read, offsets are asked for only. */
const OFFSETS_ONLY = {
  isolation: 'read-committed',
  maxWaitMs: 100,
  maxBytesPerPartition: 1,
  maxBufferedBytesPerPartition: 1,
  // Whoever looks sees sooner that a leader is away than a topic that is not ready yet.
  leaderWaitMs: 2_000,
} as const;

@Injectable()
export class TopicsReader implements OnApplicationShutdown {
  private readonly admin: ClusterAdmin;
  private readonly log: LogReader;

  constructor(admin: ClusterAdmin, { kafka }: ClusterClient) {
    this.admin = admin;
    this.log = kafka.openLogReader(OFFSETS_ONLY, { onArrival: () => undefined, onOffsetOutOfRange: () => undefined });
  }

  /** Every topic with its partitions and their offsets, by name. The offsets of all topics take two requests to each broker. */
  async read(): Promise<TopicReading[]> {
    const { topics } = await this.admin.use((admin) => admin.fetchTopicMetadata());
    const readings = await Promise.all(
      topics.map(async ({ name, partitions }): Promise<TopicReading | undefined> => {
        const led = partitions.filter(({ leader }) => leader >= 0).map(({ partitionId }) => partitionId);
        const offsets = await this.offsetsOf(name, led);
        if (offsets === undefined) return undefined;
        return {
          name,
          kind: kindOf(name),
          partitions: partitions.map((each) => stateOf(each, offsets)).toSorted(byNumber),
        };
      }),
    );
    return readings
      .filter((reading) => reading !== undefined)
      .toSorted((left, right) => left.name.localeCompare(right.name));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }

  /** Undefined when the topic went away since it was listed. */
  private async offsetsOf(topic: string, partitions: readonly number[]): Promise<Map<number, OffsetRange> | undefined> {
    try {
      return await this.log.offsets(topic, partitions);
    } catch (error) {
      if (error instanceof NoSuchPartition) return undefined;
      throw error;
    }
  }
}

function stateOf(
  { partitionId, leader }: { readonly partitionId: number; readonly leader: number },
  offsets: ReadonlyMap<number, OffsetRange>,
): PartitionState {
  const { earliest = 0, latest = 0 } = offsets.get(partitionId) ?? {};
  return { partition: partitionId, leader, begin: earliest, end: latest };
}

const byNumber = (left: PartitionState, right: PartitionState): number => left.partition - right.partition;
