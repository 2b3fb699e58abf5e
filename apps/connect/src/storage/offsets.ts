/**
 * How far sources are, in the topic `connect_offsets`: Kafka Connect's records of key `["<connector>",{partition}]`, whose value is the
 * offset, and null where it begins anew.
 */
import { type KafkaClient, type MessageProducer } from '@headwater/messaging';
import { type ConnectorOffset, type OffsetStore } from '../worker/connector.ts';
import { CompactedLog } from './compacted-log.ts';

export class Offsets {
  private readonly log: CompactedLog;
  private readonly byKey = new Map<string, ConnectorOffset['offset']>();

  constructor(client: KafkaClient, producer: MessageProducer, topic: string) {
    this.log = new CompactedLog(client, producer, topic, (key, value) => {
      if (value === null) this.byKey.delete(key);
      else this.byKey.set(key, JSON.parse(value) as ConnectorOffset['offset']);
    });
  }

  async start(): Promise<void> {
    await this.log.start();
  }

  /** The offsets of one connector. */
  of(connector: string): OffsetStore {
    return {
      read: async (partition) => {
        await this.log.readToEnd();
        return this.byKey.get(keyOf(connector, partition)) ?? null;
      },
      write: async (partition, offset) => {
        await this.log.write(keyOf(connector, partition), offset);
      },
    };
  }

  async close(): Promise<void> {
    await this.log.close();
  }
}

/** The partition's names in order, so that the same part has one key. */
function keyOf(connector: string, partition: Readonly<Record<string, unknown>>): string {
  const sorted = Object.fromEntries(Object.entries(partition).sort(([one], [other]) => (one < other ? -1 : 1)));
  return JSON.stringify([connector, sorted]);
}
