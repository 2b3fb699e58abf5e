import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** What a member of a next-generation group owns: state 0 stable, 1 it has partitions to give up, 2 it waits for partitions of others. */
export const consumerGroupCurrentMemberAssignmentValue = defineMessage({
  key: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    memberEpoch: { type: 'int32', versions: '0+' },
    previousMemberEpoch: { type: 'int32', versions: '0+' },
    state: { type: 'int8', versions: '0+' },
    assignedPartitions: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topicId: { type: 'uuid', versions: '0+' },
        partitions: { type: '[]int32', versions: '0+' },
        assignmentEpochs: { type: '[]int32', versions: '0+', nullable: '0+', tag: 0, default: [] },
      },
    },
    partitionsPendingRevocation: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topicId: { type: 'uuid', versions: '0+' },
        partitions: { type: '[]int32', versions: '0+' },
        assignmentEpochs: { type: '[]int32', versions: '0+', nullable: '0+', tag: 0, default: [] },
      },
    },
  },
});

export type ConsumerGroupCurrentMemberAssignmentValue = MessageOf<typeof consumerGroupCurrentMemberAssignmentValue>;
