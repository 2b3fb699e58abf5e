import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a group in `__consumer_offsets`, behind its kind (2) as an int16. */
export const groupMetadataKey = defineMessage({
  key: 2,
  name: 'GroupMetadataKey',
  versions: '0',
  fields: {
    group: { type: 'string', versions: '0' },
  },
});

export type GroupMetadataKey = MessageOf<typeof groupMetadataKey>;
