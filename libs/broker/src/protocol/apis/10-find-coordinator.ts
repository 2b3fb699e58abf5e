import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/** @@DOC FindCoordinator */
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
    errorMessage: { type: 'string', versions: '1-3', nullable: '1-3', default: '' },
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
