import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Reads the offsets that a group has committed; -1 says that there is none. Null topics mean all of them.
 *
 * - 2: an error for the whole group. 5: leader epochs. 6: flexible. 7: `requireStable` waits for transactions
 *   (KIP-447).
 * - 8: several groups (KIP-709); the fields of one group are absent from here on. 9: member epochs of KIP-848.
 * - 10: topic ids replace names.
 */
export const offsetFetchApi = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: '1-10',
  flexibleVersions: '6+',
  request: {
    groupId: { type: 'string', versions: '0-7', default: '' },
    topics: {
      type: '[]struct',
      versions: '0-7',
      nullable: '2-7',
      default: [],
      fields: {
        name: { type: 'string', versions: '0-7' },
        partitionIndexes: { type: '[]int32', versions: '0-7' },
      },
    },
    groups: {
      type: '[]struct',
      versions: '8+',
      default: [],
      fields: {
        groupId: { type: 'string', versions: '8+' },
        memberId: { type: 'string', versions: '9+', nullable: '9+', default: null },
        memberEpoch: { type: 'int32', versions: '9+', default: -1 },
        topics: {
          type: '[]struct',
          versions: '8+',
          nullable: '8+',
          fields: {
            name: { type: 'string', versions: '8-9', default: '' },
            topicId: { type: 'uuid', versions: '10+', default: ZERO_UUID },
            partitionIndexes: { type: '[]int32', versions: '8+' },
          },
        },
      },
    },
    requireStable: { type: 'bool', versions: '7+', default: false },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '3+', default: 0 },
    topics: {
      type: '[]struct',
      versions: '0-7',
      default: [],
      fields: {
        name: { type: 'string', versions: '0-7' },
        partitions: {
          type: '[]struct',
          versions: '0-7',
          fields: {
            partitionIndex: { type: 'int32', versions: '0-7' },
            committedOffset: { type: 'int64', versions: '0-7' },
            committedLeaderEpoch: { type: 'int32', versions: '5-7', default: -1 },
            metadata: { type: 'string', versions: '0-7', nullable: '0-7' },
            errorCode: { type: 'int16', versions: '0-7' },
          },
        },
      },
    },
    errorCode: { type: 'int16', versions: '2-7', default: 0 },
    groups: {
      type: '[]struct',
      versions: '8+',
      default: [],
      fields: {
        groupId: { type: 'string', versions: '8+' },
        topics: {
          type: '[]struct',
          versions: '8+',
          fields: {
            name: { type: 'string', versions: '8-9', default: '' },
            topicId: { type: 'uuid', versions: '10+', default: ZERO_UUID },
            partitions: {
              type: '[]struct',
              versions: '8+',
              fields: {
                partitionIndex: { type: 'int32', versions: '8+' },
                committedOffset: { type: 'int64', versions: '8+' },
                committedLeaderEpoch: { type: 'int32', versions: '8+', default: -1 },
                metadata: { type: 'string', versions: '8+', nullable: '8+' },
                errorCode: { type: 'int16', versions: '8+' },
              },
            },
          },
        },
        errorCode: { type: 'int16', versions: '8+', default: 0 },
      },
    },
  },
});

export type OffsetFetchRequest = RequestOf<typeof offsetFetchApi>;
export type OffsetFetchResponse = ResponseOf<typeof offsetFetchApi>;
