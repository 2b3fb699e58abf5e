import { apiVersionsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** What a client's name and version may look like (KIP-511). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** `metadata.version` of Apache Kafka 4.3, and the oldest that it still reads. */
const METADATA_VERSION = 30;
const OLDEST_METADATA_VERSION = 7;
/** Next-generation groups (KIP-848). */
const GROUP_VERSION = 1;
/** Transactions V2 (KIP-890): each transaction has an epoch of its own, and partitions are added by what is written to them. */
const TRANSACTION_VERSION = 2;

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
    supportedFeatures: [
      { name: 'group.version', minVersion: 0, maxVersion: GROUP_VERSION },
      { name: 'metadata.version', minVersion: OLDEST_METADATA_VERSION, maxVersion: METADATA_VERSION },
      { name: 'transaction.version', minVersion: 0, maxVersion: TRANSACTION_VERSION },
    ],
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: [
      { name: 'group.version', maxVersionLevel: GROUP_VERSION, minVersionLevel: GROUP_VERSION },
      { name: 'metadata.version', maxVersionLevel: METADATA_VERSION, minVersionLevel: METADATA_VERSION },
      { name: 'transaction.version', maxVersionLevel: TRANSACTION_VERSION, minVersionLevel: TRANSACTION_VERSION },
    ],
  };
});
