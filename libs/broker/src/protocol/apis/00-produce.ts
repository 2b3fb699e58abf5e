import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Appends batches to partitions.
 *
 * `acks`: -1 waits until the records are durable, 1 likewise on one node, 0 wants no response at all. Versions 0 to 2
 * carry older message formats and are refused, yet advertised: librdkafka stops compressing when it does not see them
 * (KAFKA-18659).
 *
 * - 7: zstd may be used (KIP-110). 8: errors for single records (KIP-467). 9: flexible.
 * - 10: the current leader comes with NOT_LEADER_OR_FOLLOWER (KIP-951). 11, 12: transactions of KIP-890.
 * - 13: topic ids replace names (KIP-516).
 */
export const produceApi = defineApi({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  advertisedVersions: '0-13',
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
