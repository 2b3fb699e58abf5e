/**
 * Publishes outbox rows by the idempotent producer.
 *
 * Requests of one call are written one after another, each only when the one before it is acknowledged: a request that was given
 * up must not be overtaken by the next, or a key's records would change places when the relay tries again.
 */
import { Injectable } from '@nestjs/common';
import { RecordRejectedError, type OutboxPublisher, type OutboxRecord } from '@headwater/event-sourcing';
import { MessagingError } from '../errors/index.ts';
import { headerNames } from '../message/index.ts';
import { MessageProducer, type EncodedRecord } from '../producer/index.ts';

/** Well below what the producer and a broker take in one request, headers and framing included. */
const requestBytes = 512 * 1024;

@Injectable()
export class KafkaOutboxPublisher implements OutboxPublisher {
  constructor(private readonly producer: MessageProducer) {}

  async publish(topic: string, records: readonly OutboxRecord[]): Promise<void> {
    for (const request of requestsOf(records)) await this.write(request.map((record) => encodedRecord(topic, record)));
  }

  /** Settles when every record has: none is on its way any more afterwards. */
  private async write(records: readonly EncodedRecord[]): Promise<void> {
    const results = await Promise.allSettled(records.map((record) => this.producer.sendEncoded(record)));
    const errors = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
    const rejected = errors.find(isRejection);
    if (rejected) throw new RecordRejectedError(rejected.message, { cause: rejected });
    if (errors.length > 0) throw errors[0];
  }
}

function* requestsOf(records: readonly OutboxRecord[]): Generator<OutboxRecord[]> {
  let request: OutboxRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.payload?.length ?? 0;
    if (request.length > 0 && bytes + size > requestBytes) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += size;
  }
  if (request.length > 0) yield request;
}

function encodedRecord(topic: string, { id, key, payload, headers }: OutboxRecord): EncodedRecord {
  return { topic, key, value: payload, headers: { ...headers, [headerNames.messageId]: id } };
}

function isRejection(error: unknown): error is MessagingError {
  return error instanceof MessagingError && (error.code === 'RECORD_TOO_LARGE' || error.code === 'RECORD_REFUSED');
}
