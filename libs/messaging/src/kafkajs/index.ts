/** The only room that knows kafkajs. */
export { createKafkajsClient, type KafkajsClientOptions } from './kafkajs-client.ts';
export { mendRequestQueueTimers } from './request-queue-timers.ts';
