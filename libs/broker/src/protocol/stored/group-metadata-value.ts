import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/**
 * Value of a classic group in `__consumer_offsets`, behind its version as an int16; its members with their subscription
 * and assignment as the clients sent them. A null value deletes the group.
 */
export const groupMetadataValue = defineMessage({
  key: 2,
  name: 'GroupMetadataValue',
  versions: '0-4',
  flexibleVersions: '4+',
  fields: {
    protocolType: { type: 'string', versions: '0+' },
    generation: { type: 'int32', versions: '0+' },
    protocol: { type: 'string', versions: '0+', nullable: '0+' },
    leader: { type: 'string', versions: '0+', nullable: '0+' },
    currentStateTimestamp: { type: 'int64', versions: '2+', default: -1 },
    members: {
      type: '[]struct',
      versions: '0+',
      fields: {
        memberId: { type: 'string', versions: '0+' },
        groupInstanceId: { type: 'string', versions: '3+', nullable: '3+', default: null },
        clientId: { type: 'string', versions: '0+' },
        clientHost: { type: 'string', versions: '0+' },
        rebalanceTimeout: { type: 'int32', versions: '1+', default: -1 },
        sessionTimeout: { type: 'int32', versions: '0+' },
        subscription: { type: 'bytes', versions: '0+' },
        assignment: { type: 'bytes', versions: '0+' },
      },
    },
  },
});

export type GroupMetadataValue = MessageOf<typeof groupMetadataValue>;
