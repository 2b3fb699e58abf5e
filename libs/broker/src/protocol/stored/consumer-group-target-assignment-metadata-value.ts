import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Epoch of the group that a target assignment was made for, and when. */
export const consumerGroupTargetAssignmentMetadataValue = defineMessage({
  key: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    assignmentEpoch: { type: 'int32', versions: '0+' },
    assignmentTimestamp: { type: 'int64', versions: '0+', tag: 0, default: 0 },
  },
});

export type ConsumerGroupTargetAssignmentMetadataValue = MessageOf<typeof consumerGroupTargetAssignmentMetadataValue>;
