import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Deletes topics.
 *
 * - 4: flexible. 5: error messages (KIP-599). 6: by name or by id (KIP-516), in `topics` instead of `topicNames`.
 */
export const deleteTopicsApi = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '0-6',
  flexibleVersions: '4+',
  request: {
    topics: {
      type: '[]struct',
      versions: '6+',
      default: [],
      fields: {
        name: { type: 'string', versions: '6+', nullable: '6+', default: null },
        topicId: { type: 'uuid', versions: '6+' },
      },
    },
    topicNames: { type: '[]string', versions: '0-5', default: [] },
    timeoutMs: { type: 'int32', versions: '0+' },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    responses: {
      type: '[]struct',
      versions: '0+',
      fields: {
        name: { type: 'string', versions: '0+', nullable: '6+' },
        topicId: { type: 'uuid', versions: '6+', default: ZERO_UUID },
        errorCode: { type: 'int16', versions: '0+' },
        errorMessage: { type: 'string', versions: '5+', nullable: '5+', default: null },
      },
    },
  },
});

export type DeleteTopicsRequest = RequestOf<typeof deleteTopicsApi>;
export type DeleteTopicsResponse = ResponseOf<typeof deleteTopicsApi>;
