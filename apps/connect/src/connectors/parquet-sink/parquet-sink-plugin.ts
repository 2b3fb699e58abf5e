import { openLakeStore } from '../../lake/index.ts';
import {
  ConnectorError,
  type ConnectorContext,
  type ConnectorOffset,
  type ConnectorPlugin,
} from '../../worker/index.ts';
import { resumptionOf } from '../../lake/index.ts';
import { readSinkSettings, sinkFields, sinkProblems } from './sink-settings.ts';
import { ParquetSinkTask } from './sink-task.ts';

/** `connector.class: parquet-sink`: topics into a lake of Parquet files, each record exactly once. */
export const parquetSink: ConnectorPlugin = {
  name: 'parquet-sink',
  type: 'sink',
  version: '1.0.0',
  fields: sinkFields,
  validate: sinkProblems,
  // Partitions are shared by the group, whoever is in it.
  taskConfigs: (config, maxTasks) => Array.from({ length: Math.max(1, maxTasks) }, () => config),
  createTask: (context) => new ParquetSinkTask(context),
  offsets: offsetsOf,
  resetOffsets: ({ config }) =>
    Promise.reject(
      new ConnectorError(
        'OFFSETS_ARE_FILES',
        `The offsets of a Parquet sink are its files: to write a topic anew, move its folder in ${config['lake.url']} away`,
        false,
      ),
    ),
};

async function offsetsOf({ config }: ConnectorContext): Promise<ConnectorOffset[]> {
  const { topics, lake } = readSinkSettings(config);
  const store = openLakeStore(lake);
  try {
    const offsets: ConnectorOffset[] = [];
    for (const topic of topics)
      for (const [partition, files] of Map.groupBy(await store.files(topic), (file) => file.partition))
        offsets.push({
          partition: { kafka_topic: topic, kafka_partition: partition },
          offset: { kafka_offset: resumptionOf(files).claimedTo + 1 },
        });
    return offsets;
  } finally {
    await store.close();
  }
}
