/**
 * Streams: tables from compacted topics, event-time windows and joins, over Kafka.
 */
export {};
