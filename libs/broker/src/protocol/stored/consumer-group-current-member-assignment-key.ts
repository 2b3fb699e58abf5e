import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of what a member of a next-generation group owns, behind its kind (8) as an int16. */
export const consumerGroupCurrentMemberAssignmentKey = defineMessage({
  key: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
    memberId: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupCurrentMemberAssignmentKey = MessageOf<typeof consumerGroupCurrentMemberAssignmentKey>;
