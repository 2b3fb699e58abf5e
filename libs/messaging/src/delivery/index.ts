/** Brings records to the broker, request after request, until each is acknowledged or given up. */
export { BulkSender, type BulkSenderOptions } from './bulk-sender.ts';
export { assertFits, bytesOfRecord } from './record-bytes.ts';
export { TopicDeliverer, type QueuedRecord, type TopicDelivererOptions, type WriterSource } from './topic-deliverer.ts';
