import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Epoch of a next-generation group. The hash (KIP-1101) tells whether the topics that it reads have changed. */
export const consumerGroupMetadataValue = defineMessage({
  key: 3,
  name: 'ConsumerGroupMetadataValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    epoch: { type: 'int32', versions: '0+' },
    metadataHash: { type: 'int64', versions: '0+', tag: 0, default: 0 },
  },
});

export type ConsumerGroupMetadataValue = MessageOf<typeof consumerGroupMetadataValue>;
