import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Topics that a regular expression matched, and when. */
export const consumerGroupRegularExpressionValue = defineMessage({
  key: 16,
  name: 'ConsumerGroupRegularExpressionValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    topics: { type: '[]string', versions: '0+' },
    version: { type: 'int64', versions: '0+' },
    timestamp: { type: 'int64', versions: '0+' },
  },
});

export type ConsumerGroupRegularExpressionValue = MessageOf<typeof consumerGroupRegularExpressionValue>;
