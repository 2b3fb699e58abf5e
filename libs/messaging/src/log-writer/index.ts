/** Writes records to partition leaders over the wire: an idempotent producer for many records at a time. */
export { WireRecordWriter, type WireWriterOptions } from './wire-record-writer.ts';
export { encodeBatch, type ProducerState } from './record-batch.ts';
