import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { parseConfigValue } from './config-definition.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';

/** @throws KafkaError INVALID_CONFIG, with Kafka's words, unless a topic may have all of these settings together. */
export function checkTopicSettings(settings: ReadonlyMap<string, string>): void {
  const values = new Map<string, unknown>();
  for (const [name, value] of settings) {
    const definition = topicConfigCatalog.get(name);
    if (definition === undefined) throw new KafkaError(ErrorCode.INVALID_CONFIG, `Unknown topic config name: ${name}`);
    values.set(name, parseConfigValue(definition, value));
  }
  const least = (values.get('min.compaction.lag.ms') ?? 0) as number;
  const most = (values.get('max.compaction.lag.ms') ?? Infinity) as number;
  if (least > most)
    throw new KafkaError(
      ErrorCode.INVALID_CONFIG,
      `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`,
    );
  if (values.get('remote.storage.enable') === true)
    throw new KafkaError(
      ErrorCode.INVALID_CONFIG,
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
}
