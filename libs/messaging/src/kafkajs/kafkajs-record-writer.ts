/**
 * An idempotent producer of kafkajs: `acks=all`, one request in flight per broker, keyed records placed as Java's client does
 * (murmur2).
 *
 * kafkajs takes a batch's sequence numbers back when its request fails, so that the same records written again carry the same
 * numbers and the broker recognizes what it had taken. This holds only while exactly the same records follow; a caller that gives
 * them up must throw the writer away.
 */
import type { CompressionTypes, Kafka, Producer } from 'kafkajs';
import { WriteFailure, type RecordToWrite, type RecordWriter, type WriterOptions } from '../client/index.ts';
import { protocolErrorOf, reasonOf, refusals } from './kafkajs-failure.ts';
import { compressionType, messageOf } from './kafkajs-message.ts';
import { partitionerOf } from './kafkajs-partitioner.ts';

/** Protocol errors after which the producer id or its sequence numbers are of no more use. */
const producerLost = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

function failureOf(topic: string, error: unknown): WriteFailure {
  const type = protocolErrorOf(error);
  const then =
    type && producerLost.has(type) ? 'reset' : refusals.has(type) || error instanceof RangeError ? 'refused' : 'retry';
  return new WriteFailure(`topic ${topic}: ${reasonOf(error)}`, then, { cause: error });
}

export class KafkajsRecordWriter implements RecordWriter {
  private constructor(
    private readonly producer: Producer,
    private readonly compression: CompressionTypes,
  ) {}

  static async open(kafka: Kafka, options: WriterOptions = {}): Promise<KafkajsRecordWriter> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: partitionerOf(options.partitioner),
      // The queue above retries with the same records until its deadline; here only what is over in a moment.
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 2 },
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return new KafkajsRecordWriter(producer, compressionType(options.compression));
  }

  async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    try {
      await this.producer.sendBatch({
        acks: -1,
        compression: this.compression,
        topicMessages: [{ topic, messages: records.map(messageOf) }],
      });
    } catch (error) {
      throw failureOf(topic, error);
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}
