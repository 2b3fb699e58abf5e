import { ZERO_UUID } from '../../protocol/index.ts';
import type { MetadataRecord } from '../metadata-record.ts';

/** The record of a new partition, which this node leads and holds alone. */
export function partitionRecordOf(topicId: string, partitionId: number, nodeId: number): MetadataRecord {
  return {
    kind: 'partition',
    value: {
      partitionId,
      topicId,
      replicas: [nodeId],
      isr: [nodeId],
      removingReplicas: [],
      addingReplicas: [],
      leader: nodeId,
      leaderRecoveryState: 0,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: [ZERO_UUID],
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}
