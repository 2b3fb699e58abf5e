/** A producer of records that are encoded already, for a process that needs nothing else of Kafka. */
import { systemClock, type Clock } from '../clock/index.ts';
import type { ClusterAccess, RecordToWrite } from '../client/index.ts';
import { BulkSender, bytesOfRecord } from '../delivery/index.ts';
import { WireRecordWriter } from '../log-writer/index.ts';
import type { BulkProducer } from './send-or-reject.ts';

/** Where a {@link LeanProducer} sends to, and its limits. */
export interface LeanProducerOptions extends ClusterAccess {
  /** How long records are tried before their caller is told; 30,000 ms. */
  readonly deliveryTimeoutMs?: number;
  /** The most bytes of a request; 768 KiB. */
  readonly maxRequestBytes?: number;
}

/** Idempotent, `acks=all`, over this library's own wire protocol: no registry, no contracts, no other client. */
export class LeanProducer implements BulkProducer {
  private readonly bulk: BulkSender;

  constructor(options: LeanProducerOptions, clock: Clock = systemClock) {
    const { deliveryTimeoutMs = 30_000, maxRequestBytes = 768 * 1024, ...access } = options;
    const client = { bootstrapServers: access.bootstrapServers, openWriter: () => WireRecordWriter.open(access) };
    this.bulk = new BulkSender(client, { deliveryTimeoutMs, maxRequestBytes }, clock, bytesOfRecord);
  }

  sendAll(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    return this.bulk.send(topic, records);
  }

  /** After what was sent has settled. */
  async close(): Promise<void> {
    await this.bulk.close();
  }
}
