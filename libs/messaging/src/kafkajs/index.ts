/** The only room that knows kafkajs. */
export { createKafkajsClient, type KafkajsClientOptions } from './kafkajs-client.ts';
