/**
 * An idempotent producer of kafkajs: `acks=all`, one request in flight per broker, keyed records placed as Java's client does
 * (murmur2).
 *
 * kafkajs takes a batch's sequence numbers back when its request fails, so that the same records written again carry the same
 * numbers and the broker recognizes what it had taken. This holds only while exactly the same records follow; a caller that gives
 * them up must throw the writer away.
 */
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { WriteFailure, type RecordToWrite, type RecordWriter } from '../client/index.ts';

const { Partitioners } = kafkajs;

/** Protocol errors after which the producer id or its sequence numbers are of no more use. */
const producerLost = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

/** Protocol errors about the records themselves, or about who writes them. */
const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

function typeOf(error: unknown): string | undefined {
  for (let current = error; typeof current === 'object' && current !== null;) {
    if ('type' in current && typeof current.type === 'string') return current.type;
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

function failureOf(topic: string, error: unknown): WriteFailure {
  const type = typeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const then = type && producerLost.has(type) ? 'reset' : type && refusals.has(type) ? 'refused' : 'retry';
  return new WriteFailure(`topic ${topic}: ${reason}`, then, { cause: error });
}

const messageOf = (record: RecordToWrite): Message => ({
  key: record.key,
  value: record.value,
  ...(record.headers ? { headers: record.headers as NonNullable<Message['headers']> } : {}),
  ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
});

export class KafkajsRecordWriter implements RecordWriter {
  private constructor(private readonly producer: Producer) {}

  static async open(kafka: Kafka): Promise<KafkajsRecordWriter> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      // The queue above retries with the same records until its deadline; here only what is over in a moment.
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 2 },
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return new KafkajsRecordWriter(producer);
  }

  async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    try {
      await this.producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: records.map(messageOf) }] });
    } catch (error) {
      throw failureOf(topic, error);
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}
