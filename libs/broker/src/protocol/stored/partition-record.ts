import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/**
 * A partition exists, in the metadata log. Epochs count changes of the leader and of anything.
 *
 * Version 1 adds the directories of the replicas (KIP-858), 2 the eligible leader replicas (KIP-966).
 */
export const partitionRecord = defineMessage({
  key: 3,
  name: 'PartitionRecord',
  versions: '0-2',
  flexibleVersions: '0+',
  fields: {
    partitionId: { type: 'int32', versions: '0+', default: -1 },
    topicId: { type: 'uuid', versions: '0+' },
    replicas: { type: '[]int32', versions: '0+' },
    isr: { type: '[]int32', versions: '0+' },
    removingReplicas: { type: '[]int32', versions: '0+' },
    addingReplicas: { type: '[]int32', versions: '0+' },
    leader: { type: 'int32', versions: '0+', default: -1 },
    leaderRecoveryState: { type: 'int8', versions: '0+', tag: 0, default: 0 },
    leaderEpoch: { type: 'int32', versions: '0+', default: -1 },
    partitionEpoch: { type: 'int32', versions: '0+', default: -1 },
    directories: { type: '[]uuid', versions: '1+', default: [] },
    eligibleLeaderReplicas: { type: '[]int32', versions: '2+', nullable: '2+', tag: 1, default: null },
    lastKnownElr: { type: '[]int32', versions: '2+', nullable: '2+', tag: 2, default: null },
  },
});

export type PartitionRecord = MessageOf<typeof partitionRecord>;
