/** The Parquet sink: topics into the lake, exactly once. */
export { parquetSink } from './parquet-sink-plugin.ts';
