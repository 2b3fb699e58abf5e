import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a next-generation group's target assignment as a whole, behind its kind (6) as an int16. */
export const consumerGroupTargetAssignmentMetadataKey = defineMessage({
  key: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupTargetAssignmentMetadataKey = MessageOf<typeof consumerGroupTargetAssignmentMetadataKey>;
