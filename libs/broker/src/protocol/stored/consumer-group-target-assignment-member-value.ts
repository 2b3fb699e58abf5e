import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** What a member of a next-generation group is to own. */
export const consumerGroupTargetAssignmentMemberValue = defineMessage({
  key: 7,
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    topicPartitions: {
      type: '[]struct',
      versions: '0+',
      fields: {
        topicId: { type: 'uuid', versions: '0+' },
        partitions: { type: '[]int32', versions: '0+' },
      },
    },
  },
});

export type ConsumerGroupTargetAssignmentMemberValue = MessageOf<typeof consumerGroupTargetAssignmentMemberValue>;
