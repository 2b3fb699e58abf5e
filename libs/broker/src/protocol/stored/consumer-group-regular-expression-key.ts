import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a regular expression that members of a next-generation group subscribe to, behind its kind (16) as an int16. */
export const consumerGroupRegularExpressionKey = defineMessage({
  key: 16,
  name: 'ConsumerGroupRegularExpressionKey',
  versions: '0',
  fields: {
    groupId: { type: 'string', versions: '0' },
    regularExpression: { type: 'string', versions: '0' },
  },
});

export type ConsumerGroupRegularExpressionKey = MessageOf<typeof consumerGroupRegularExpressionKey>;
