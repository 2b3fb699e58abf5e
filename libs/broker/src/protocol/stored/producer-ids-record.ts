import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Producer ids below `nextProducerId` were handed out to brokers in blocks. */
export const producerIdsRecord = defineMessage({
  key: 15,
  name: 'ProducerIdsRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    brokerId: { type: 'int32', versions: '0+' },
    brokerEpoch: { type: 'int64', versions: '0+', default: -1 },
    nextProducerId: { type: 'int64', versions: '0+' },
  },
});

export type ProducerIdsRecord = MessageOf<typeof producerIdsRecord>;
