import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** A topic exists, in the metadata log. */
export const topicRecord = defineMessage({
  key: 2,
  name: 'TopicRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    name: { type: 'string', versions: '0+' },
    topicId: { type: 'uuid', versions: '0+' },
  },
});

export type TopicRecord = MessageOf<typeof topicRecord>;
