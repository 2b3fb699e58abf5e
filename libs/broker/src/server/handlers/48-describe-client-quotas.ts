import {
  describeClientQuotasApi,
  ErrorCode,
  KafkaError,
  type DescribeClientQuotasRequest,
} from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

type Component = DescribeClientQuotasRequest['components'][number];

const ENTITY_TYPES = new Set(['user', 'client-id', 'ip']);
/** A name, the default of those without one, any that is set. */
const EXACT = 0;
const MATCH_TYPES = [EXACT, 1, 2];

/** DescribeClientQuotas (key 48, KIP-546): there are none; what cannot be asked is refused as Kafka refuses it. */
export const describeClientQuotasHandler = defineHandler(describeClientQuotasApi, ({ components }) => {
  try {
    checkFilter(components);
    return { errorCode: ErrorCode.NONE, errorMessage: '', entries: [] };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { errorCode: error.code, errorMessage: error.message, entries: null };
  }
});

function checkFilter(components: readonly Component[]): void {
  const types = new Set<string>();
  for (const { entityType, matchType, match } of components) {
    if (types.has(entityType)) throw invalid(`Entity type ${entityType} cannot appear more than once in the filter.`);
    if (entityType === '') throw invalid('Invalid empty entity type.');
    if (!ENTITY_TYPES.has(entityType))
      throw new KafkaError(ErrorCode.UNSUPPORTED_VERSION, `Unsupported entity type ${entityType}`);
    if (!MATCH_TYPES.includes(matchType)) throw invalid(`Unknown match type ${matchType}`);
    if (matchType === EXACT && match === null)
      throw invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.');
    types.add(entityType);
  }
  if (types.has('ip') && types.size > 1)
    throw invalid(
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
    );
}

function invalid(reason: string): KafkaError {
  return new KafkaError(ErrorCode.INVALID_REQUEST, reason);
}
