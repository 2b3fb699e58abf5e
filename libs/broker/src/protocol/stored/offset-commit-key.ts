import { defineMessage } from '../codec/define-message.ts';

/** @@DOC OffsetCommitKey */
export const offsetCommitKey = defineMessage({
  key: 1,
  name: 'OffsetCommitKey',
  versions: '0',
  fields: {
    group: { type: 'string', versions: '0' },
    topic: { type: 'string', versions: '0' },
    partition: { type: 'int32', versions: '0' },
  },
});
