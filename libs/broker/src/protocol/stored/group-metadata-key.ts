import { defineMessage } from '../codec/define-message.ts';

/** @@DOC GroupMetadataKey */
export const groupMetadataKey = defineMessage({
  key: 2,
  name: 'GroupMetadataKey',
  versions: '0',
  fields: {
    group: { type: 'string', versions: '0' },
  },
});
