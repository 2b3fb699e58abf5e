/** A transactional producer over Kafka's protocol itself, for transactions of many records. */
export { WireTransactionalWriter, type WireTransactionalWriterOptions } from './wire-transactional-writer.ts';
export { findCoordinator, type Coordinator } from './producer-api.ts';
