import type { TransactionConfig } from './transaction-config.ts';

export const transactionsTopicName = '__transaction_state';

/** How the transactions topic is created: compacted, so that the last record of each transactional id stays. */
export function transactionsTopicSettings(config: TransactionConfig): {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
} {
  return {
    name: transactionsTopicName,
    partitions: config.stateLogPartitions,
    config: {
      'cleanup.policy': 'compact',
      'compression.type': 'uncompressed',
      'segment.bytes': String(config.stateLogSegmentBytes),
    },
  };
}
