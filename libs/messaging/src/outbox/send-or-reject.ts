import { RecordRejectedError } from '@headwater/event-sourcing';
import type { RecordToWrite } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';
import type { MessageProducer } from '../producer/index.ts';

/** @throws {RecordRejectedError} when one can never be written; any other error may pass. */
export async function sendOrReject(
  producer: MessageProducer,
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
