import type { EventContract, EventValue, TopicContract } from '@headwater/contract-kit';
import type { RecordToWrite } from '../client/index.ts';
import type { EventCodec } from '../codec/index.ts';
import type { OutputOptions, TransactionOutput } from '../consumer/index.ts';
import { assertFits, bytesOfRecord } from '../delivery/index.ts';
import { outgoingHeaders, type EncodedRecord } from '../producer/index.ts';

/** Keeps what one attempt of a handler sends, until it is known whether the attempt counts. */
export class BufferedOutput implements TransactionOutput {
  readonly records: EncodedRecord[] = [];

  constructor(
    private readonly codec: EventCodec,
    private readonly maxRecordBytes: number,
  ) {}

  send<Topic extends TopicContract, Event extends Topic['events'][keyof Topic['events']] & EventContract>(
    topic: Topic,
    event: Event,
    value: EventValue<Event>,
    options: OutputOptions = {},
  ): void {
    this.sendEncoded(topic.name, {
      key: topic.keyOf(value),
      value: this.codec.encode(topic, event, value),
      headers: outgoingHeaders(options, value),
    });
  }

  sendTombstone(topic: TopicContract & { readonly compacted: true }, key: string, options: OutputOptions = {}): void {
    this.sendEncoded(topic.name, { key, value: null, headers: outgoingHeaders(options, undefined) });
  }

  sendEncoded(topic: string, record: RecordToWrite): void {
    assertFits(topic, bytesOfRecord(record), this.maxRecordBytes);
    this.records.push({ topic, ...record });
  }
}
