import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/** @@DOC Produce */
export const produceApi = defineApi({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  flexibleVersions: '9+',
  request: {
    transactionalId: { type: 'string', versions: '3+', nullable: '3+', default: null },
    acks: { type: 'int16', versions: '0+' },
    timeoutMs: { type: 'int32', versions: '0+' },
    topicData: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0-12', default: '' },
        topicId: { type: 'uuid', versions: '13+', default: ZERO_UUID },
        partitionData: {
          type: '[]struct',
          versions: '0+',
          fields: {
            index: { type: 'int32', versions: '0+' },
            records: { type: 'records', versions: '0+', nullable: '0+' },
          },
        },
      },
    },
  },
  response: {
    responses: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0-12', default: '' },
        topicId: { type: 'uuid', versions: '13+', default: ZERO_UUID },
        partitionResponses: {
          type: '[]struct',
          versions: '0+',
          fields: {
            index: { type: 'int32', versions: '0+' },
            errorCode: { type: 'int16', versions: '0+' },
            baseOffset: { type: 'int64', versions: '0+' },
            logAppendTimeMs: { type: 'int64', versions: '2+', default: -1 },
            logStartOffset: { type: 'int64', versions: '5+', default: -1 },
            recordErrors: {
              type: '[]struct',
              versions: '8+',
              default: [],
              fields: {
                batchIndex: { type: 'int32', versions: '8+' },
                batchIndexErrorMessage: { type: 'string', versions: '8+', nullable: '8+', default: null },
              },
            },
            errorMessage: { type: 'string', versions: '8+', nullable: '8+', default: null },
            currentLeader: {
              type: 'struct',
              versions: '10+',
              tag: 0,
              default: {},
              fields: {
                leaderId: { type: 'int32', versions: '10+', default: -1 },
                leaderEpoch: { type: 'int32', versions: '10+', default: -1 },
              },
            },
          },
        },
      },
    },
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    nodeEndpoints: {
      type: '[]struct',
      versions: '10+',
      tag: 0,
      default: [],
      fields: {
        nodeId: { type: 'int32', versions: '10+' },
        host: { type: 'string', versions: '10+' },
        port: { type: 'int32', versions: '10+' },
        rack: { type: 'string', versions: '10+', nullable: '10+', default: null },
      },
    },
  },
});

export type ProduceRequest = RequestOf<typeof produceApi>;
export type ProduceResponse = ResponseOf<typeof produceApi>;
