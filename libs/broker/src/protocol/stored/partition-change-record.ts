import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Something about a partition changed; what is left out did not. */
export const partitionChangeRecord = defineMessage({
  key: 5,
  name: 'PartitionChangeRecord',
  versions: '0-2',
  flexibleVersions: '0+',
  fields: {
    partitionId: { type: 'int32', versions: '0+', default: -1 },
    topicId: { type: 'uuid', versions: '0+' },
    isr: { type: '[]int32', versions: '0+', nullable: '0+', tag: 0, default: null },
    leader: { type: 'int32', versions: '0+', tag: 1, default: -2 },
    replicas: { type: '[]int32', versions: '0+', nullable: '0+', tag: 2, default: null },
    removingReplicas: { type: '[]int32', versions: '0+', nullable: '0+', tag: 3, default: null },
    addingReplicas: { type: '[]int32', versions: '0+', nullable: '0+', tag: 4, default: null },
    leaderRecoveryState: { type: 'int8', versions: '0+', tag: 5, default: -1 },
    directories: { type: '[]uuid', versions: '1+', nullable: '1+', tag: 8, default: null },
    eligibleLeaderReplicas: { type: '[]int32', versions: '2+', nullable: '2+', tag: 6, default: null },
    lastKnownElr: { type: '[]int32', versions: '2+', nullable: '2+', tag: 7, default: null },
  },
});

export type PartitionChangeRecord = MessageOf<typeof partitionChangeRecord>;
