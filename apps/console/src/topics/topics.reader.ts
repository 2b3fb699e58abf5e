import { Injectable } from '@nestjs/common';
import type { Admin } from 'kafkajs';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
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

@Injectable()
export class TopicsReader {
  private readonly admin: ClusterAdmin;

  constructor(admin: ClusterAdmin) {
    this.admin = admin;
  }

  /** Every topic with its partitions and their offsets, by name. */
  read(): Promise<TopicReading[]> {
    return this.admin.use(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata();
      const readings = await Promise.all(
        topics.map(async ({ name, partitions }): Promise<TopicReading | undefined> => {
          const offsets = await offsetsOf(admin, name);
          if (offsets === undefined) return undefined;
          return {
            name,
            kind: kindOf(name),
            partitions: partitions
              .map(({ partitionId, leader }) => ({
                partition: partitionId,
                leader,
                begin: offsets.get(partitionId)?.begin ?? 0,
                end: offsets.get(partitionId)?.end ?? 0,
              }))
              .toSorted((left, right) => left.partition - right.partition),
          };
        }),
      );
      return readings
        .filter((reading) => reading !== undefined)
        .toSorted((left, right) => left.name.localeCompare(right.name));
    });
  }
}

/** Undefined when the topic went away since it was listed, or has no leader yet. */
async function offsetsOf(
  admin: Admin,
  topic: string,
): Promise<Map<number, { readonly begin: number; readonly end: number }> | undefined> {
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, low, high }) => [partition, { begin: Number(low), end: Number(high) }]));
  } catch (error) {
    if (error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    // The client takes partitions of a topic that was just created for granted.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
