/** Reading partitions by offset over Kafka's protocol itself: lean, without groups, for what kafkajs is too slow for. */
export { WireLogReader, type WireLogReaderSettings } from './wire-log-reader.ts';
export { ClusterView } from './cluster-view.ts';
export { RequestBody, ResponseBody } from './wire-codec.ts';
export type { WireConnection } from './wire-connection.ts';
export { logSizes } from './log-sizes.ts';
