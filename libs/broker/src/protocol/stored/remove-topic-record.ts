import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** A topic and all its partitions are gone. */
export const removeTopicRecord = defineMessage({
  key: 9,
  name: 'RemoveTopicRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    topicId: { type: 'uuid', versions: '0+' },
  },
});

export type RemoveTopicRecord = MessageOf<typeof removeTopicRecord>;
