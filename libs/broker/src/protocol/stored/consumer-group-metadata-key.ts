import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a next-generation group in `__consumer_offsets`, behind its kind (3) as an int16. */
export const consumerGroupMetadataKey = defineMessage({
  key: 3,
  name: 'ConsumerGroupMetadataKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupMetadataKey = MessageOf<typeof consumerGroupMetadataKey>;
