import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Who a member of a next-generation group is and what it wants; with what a member of the classic protocol supports. */
export const consumerGroupMemberMetadataValue = defineMessage({
  key: 5,
  name: 'ConsumerGroupMemberMetadataValue',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    instanceId: { type: 'string', versions: '0+', nullable: '0+' },
    rackId: { type: 'string', versions: '0+', nullable: '0+' },
    clientId: { type: 'string', versions: '0+' },
    clientHost: { type: 'string', versions: '0+' },
    subscribedTopicNames: { type: '[]string', versions: '0+' },
    subscribedTopicRegex: { type: 'string', versions: '0+', nullable: '0+' },
    rebalanceTimeoutMs: { type: 'int32', versions: '0+', default: -1 },
    serverAssignor: { type: 'string', versions: '0+', nullable: '0+' },
    classicMemberMetadata: {
      type: 'struct',
      versions: '0+',
      nullable: '0+',
      tag: 0,
      default: null,
      fields: {
        sessionTimeoutMs: { type: 'int32', versions: '0+' },
        supportedProtocols: {
          type: '[]struct',
          versions: '0+',
          fields: {
            name: { type: 'string', versions: '0+' },
            metadata: { type: 'bytes', versions: '0+' },
          },
        },
      },
    },
  },
});

export type ConsumerGroupMemberMetadataValue = MessageOf<typeof consumerGroupMemberMetadataValue>;
