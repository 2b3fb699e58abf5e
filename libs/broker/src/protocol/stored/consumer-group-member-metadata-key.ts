import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a member of a next-generation group, behind its kind (5) as an int16. */
export const consumerGroupMemberMetadataKey = defineMessage({
  key: 5,
  name: 'ConsumerGroupMemberMetadataKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
    memberId: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupMemberMetadataKey = MessageOf<typeof consumerGroupMemberMetadataKey>;
