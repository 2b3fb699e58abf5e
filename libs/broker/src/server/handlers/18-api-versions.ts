import { featureLevels } from '../../metadata/index.ts';
import { apiVersionsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** What a client's name and version may look like (KIP-511). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** The oldest `metadata.version` that Apache Kafka 4.3 still reads; other features begin at 0. */
const OLDEST_METADATA_VERSION = 7;

/**
 * ApiVersions (key 18): what is served, from the handlers that are registered. A version that is not served is answered by
 * the dispatcher, in version 0 with UNSUPPORTED_VERSION (KIP-511).
 */
export const apiVersionsHandler = defineHandler(apiVersionsApi, (request, { apiVersion, broker }) => {
  if (apiVersion >= 3 && !(SOFTWARE.test(request.clientSoftwareName) && SOFTWARE.test(request.clientSoftwareVersion)))
    return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] };
  return {
    errorCode: ErrorCode.NONE,
    apiKeys: broker.servedApis,
    supportedFeatures: Array.from(featureLevels, ([name, maxVersion]) => ({
      name,
      minVersion: name === 'metadata.version' ? OLDEST_METADATA_VERSION : 0,
      maxVersion,
    })),
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: Array.from(featureLevels, ([name, level]) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  };
});
