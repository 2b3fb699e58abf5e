import { defineApi, type RequestOf, type ResponseOf } from '../codec/define-api.ts';

/**
 * Tells a client which APIs and versions are served; the first request of most connections.
 *
 * Its response always has the oldest header. A version that is not served is answered in version 0 with
 * UNSUPPORTED_VERSION and the range of this API (KIP-511). Features whose lowest version is 0 are left out below
 * version 4 (KAFKA-17011).
 *
 * - 3: flexible; name and version of the client (KIP-511); features (KIP-584).
 */
export const apiVersionsApi = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexibleVersions: '3+',
  request: {
    clientSoftwareName: { type: 'string', versions: '3+', default: '' },
    clientSoftwareVersion: { type: 'string', versions: '3+', default: '' },
  },
  response: {
    errorCode: { type: 'int16', versions: '0+' },
    apiKeys: {
      type: '[]struct',
      versions: '0+',
      fields: {
        apiKey: { type: 'int16', versions: '0+' },
        minVersion: { type: 'int16', versions: '0+' },
        maxVersion: { type: 'int16', versions: '0+' },
      },
    },
    throttleTimeMs: { type: 'int32', versions: '1+', default: 0 },
    supportedFeatures: {
      type: '[]struct',
      versions: '3+',
      tag: 0,
      default: [],
      fields: {
        name: { type: 'string', versions: '3+' },
        minVersion: { type: 'int16', versions: '3+' },
        maxVersion: { type: 'int16', versions: '3+' },
      },
    },
    finalizedFeaturesEpoch: { type: 'int64', versions: '3+', tag: 1, default: -1 },
    finalizedFeatures: {
      type: '[]struct',
      versions: '3+',
      tag: 2,
      default: [],
      fields: {
        name: { type: 'string', versions: '3+' },
        maxVersionLevel: { type: 'int16', versions: '3+' },
        minVersionLevel: { type: 'int16', versions: '3+' },
      },
    },
    zkMigrationReady: { type: 'bool', versions: '3+', tag: 3, default: false },
  },
});

export type ApiVersionsRequest = RequestOf<typeof apiVersionsApi>;
export type ApiVersionsResponse = ResponseOf<typeof apiVersionsApi>;
