import type { GroupConfig } from './group-config.ts';

export const offsetsTopicName = '__consumer_offsets';

/** How the offsets topic is created: compacted, so that the last record of each key stays. */
export function offsetsTopicSettings(config: GroupConfig): {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
} {
  return {
    name: offsetsTopicName,
    partitions: config.offsetsTopicPartitions,
    config: {
      'cleanup.policy': 'compact',
      'compression.type': 'producer',
      'segment.bytes': String(config.offsetsTopicSegmentBytes),
    },
  };
}
