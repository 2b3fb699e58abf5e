import { defineMessage } from '../codec/define-message.ts';

/** @@DOC RemoveTopicRecord */
export const removeTopicRecord = defineMessage({
  key: 9,
  name: 'RemoveTopicRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    topicId: { type: 'uuid', versions: '0+' },
  },
});
