import { RecordRejectedError } from '@headwater/event-sourcing/capture';
import type { RecordToWrite } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';

/** The part of a `MessageProducer` that publishers need. */
export interface BulkProducer {
  /** Sends records of one topic in order; resolves when the broker has acknowledged all. Calls for one topic take turns. */
  sendAll(topic: string, records: readonly RecordToWrite[]): Promise<void>;
}

/** @throws {RecordRejectedError} when one can never be written; any other error may pass. */
export async function sendOrReject(
  producer: BulkProducer,
  topic: string,
  records: readonly RecordToWrite[],
): Promise<void> {
  try {
    await producer.sendAll(topic, records);
  } catch (error) {
    if (error instanceof MessagingError && (error.code === 'RECORD_TOO_LARGE' || error.code === 'RECORD_REFUSED'))
      throw new RecordRejectedError(error.message, { cause: error });
    throw error;
  }
}
