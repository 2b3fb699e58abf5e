import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of what a member of a next-generation group is to own, behind its kind (7) as an int16. */
export const consumerGroupTargetAssignmentMemberKey = defineMessage({
  key: 7,
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
    memberId: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupTargetAssignmentMemberKey = MessageOf<typeof consumerGroupTargetAssignmentMemberKey>;
