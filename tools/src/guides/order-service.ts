/** A service of one version of the event: it sets up its topic, registers its schema, sends one order, and receives all. */
import {
  createKafkajsClient,
  EventCodec,
  MessageProducer,
  systemClock,
  TopicSetup,
  type FetchedRecords,
  type GroupMember,
  type KafkaClient,
} from '@headwater/messaging';
import { contractOf, orderBy, topicOf, type Order, type Version, type VersionName } from './order-versions.ts';

/** Where Kafka and the registry are. */
export interface GuideKafka {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
}

export class OrderService implements AsyncDisposable {
  readonly received: Order[] = [];
  private failure: unknown;
  private readonly waiting = new Set<() => void>();
  private readonly producer: MessageProducer;
  private readonly member: GroupMember;

  private constructor(
    client: KafkaClient,
    private readonly codec: EventCodec,
    private readonly topicName: string,
    readonly version: Version,
  ) {
    this.producer = new MessageProducer(client, codec);
    this.member = client.joinGroup(
      {
        groupId: `${topicName}.v${version}`,
        topic: topicName,
        startFrom: 'earliest',
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        heartbeatIntervalMs: 1_000,
        maxWaitMs: 100,
        maxBytesPerPartition: 1_048_576,
      },
      {
        onAssigned: () => undefined,
        onRevoked: () => undefined,
        onRebalancing: () => undefined,
        onRecords: (fetched) => this.take(fetched),
      },
    );
  }

  /** @throws {MessagingError} `SCHEMA_REFUSED` when its version breaks another. */
  static async start(kafka: GuideKafka, topicName: string, version: Version): Promise<OrderService> {
    const client = createKafkajsClient({
      clientId: `orders-v${version}`,
      bootstrapServers: [kafka.bootstrapServers],
      clock: systemClock,
    });
    const topic = topicOf(topicName, version);
    await new TopicSetup(client).ensure([topic]);
    const codec = await registered(kafka, topicName, version);
    return new OrderService(client, codec, topicName, version);
  }

  async send(): Promise<void> {
    await this.producer.send(topicOf(this.topicName, this.version), contractOf(this.version), orderBy(this.version));
  }

  /** Waits until so many orders were received. @throws what kept one from being read. */
  async receive(count: number): Promise<readonly Order[]> {
    while (this.received.length < count && this.failure === undefined)
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    if (this.failure !== undefined) throw this.failure as Error;
    return this.received;
  }

  private async take({ records }: FetchedRecords): Promise<boolean> {
    try {
      for (const { value } of records)
        this.received.push((await this.codec.decode(topicOf(this.topicName, this.version), value!)).value as Order);
    } catch (error) {
      this.failure = error;
    }
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.member.close(), this.producer.close()]);
  }
}

/** Only the schema of a version, registered for a topic. @throws {MessagingError} `SCHEMA_REFUSED` */
export async function registered(kafka: GuideKafka, topicName: string, version: VersionName): Promise<EventCodec> {
  const codec = new EventCodec(kafka.registryUrl);
  await codec.register([topicOf(topicName, version)]);
  return codec;
}
