import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Names the broker that coordinates a group (`keyType` 0), a transactional id (1) or a share group partition (2).
 *
 * - 1: transactions. 3: flexible. 4: several keys (KIP-699); the fields of one key are absent from here on.
 * - 5: TRANSACTION_ABORTABLE (KIP-890). 6: share groups (KIP-932).
 */
export const findCoordinatorApi = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexibleVersions: '3+',
  request: {
    key: { type: 'string', versions: '0-3', default: '' },
    keyType: { type: 'int8', versions: '1+', default: 0 },
    coordinatorKeys: { type: '[]string', versions: '4+', default: [] },
  },
  response: {
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    errorCode: { type: 'int16', versions: '0-3', default: 0 },
    errorMessage: { type: 'string', versions: '1-3', nullable: '1-3', default: null },
    nodeId: { type: 'int32', versions: '0-3', default: 0 },
    host: { type: 'string', versions: '0-3', default: '' },
    port: { type: 'int32', versions: '0-3', default: 0 },
    coordinators: {
      type: '[]struct',
      versions: '4+',
      default: [],
      fields: {
        key: { type: 'string', versions: '4+' },
        nodeId: { type: 'int32', versions: '4+' },
        host: { type: 'string', versions: '4+' },
        port: { type: 'int32', versions: '4+' },
        errorCode: { type: 'int16', versions: '4+' },
        errorMessage: { type: 'string', versions: '4+', nullable: '4+' },
      },
    },
  },
});

export type FindCoordinatorRequest = RequestOf<typeof findCoordinatorApi>;
export type FindCoordinatorResponse = ResponseOf<typeof findCoordinatorApi>;
