/** The only room that knows kafkajs. */
export { sharePartitions, type OwnedPartitions } from './copartitioned-assigner.ts';
export { createKafkajsClient, type KafkajsClientOptions } from './kafkajs-client.ts';
export { kafkajsOptionsOf } from './kafkajs-options.ts';
export { mendRequestQueueTimers } from './request-queue-timers.ts';
