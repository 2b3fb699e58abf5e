/** Produces events, each key's in order, through whatever happens to the broker. */
import { setTimeout as delay } from 'node:timers/promises';
import { likeChanged } from '@headwater/contracts';
import {
  createKafkajsClient,
  defaultProducerOptions,
  EventCodec,
  MessageProducer,
  systemClock,
  TopicSetup,
} from '@headwater/messaging';
import type { BrokerHost } from '../broker-host.ts';
import type { Random } from '../random.ts';
import { drillTopic, eventOf } from './drill-topic.ts';
import { doomedKey } from './fate.ts';

/** Longer than anything is away. */
const deliveryTimeoutMs = 120_000;
const eventsInBurst = 25;

export class Load {
  /** How many events of each key were produced. */
  readonly produced = new Map<string, number>();
  private readonly underWay = new Set<Promise<void>>();

  private constructor(
    private readonly producer: MessageProducer,
    private readonly keys: readonly string[],
    private readonly random: Random,
  ) {}

  static async open({ broker, registryUrl }: BrokerHost, random: Random): Promise<Load> {
    const client = createKafkajsClient({ clientId: 'drill-load', bootstrapServers: [broker], clock: systemClock });
    await new TopicSetup(client).ensure([drillTopic]);
    const codec = new EventCodec(registryUrl);
    await codec.register([drillTopic]);
    const keys = Array.from({ length: 60 }, (_, index) => `${index % 2 === 0 ? 'healthy' : 'risky'}-${index}`);
    keys.push(doomedKey);
    return new Load(new MessageProducer(client, codec, { ...defaultProducerOptions, deliveryTimeoutMs }), keys, random);
  }

  get events(): number {
    let events = 0;
    for (const count of this.produced.values()) events += count;
    return events;
  }

  /** Goes on until so many events more are given to the producer. */
  async produce(events: number): Promise<void> {
    for (let left = events; left > 0; left -= eventsInBurst) {
      for (let turn = 0; turn < Math.min(left, eventsInBurst); turn++)
        this.produceOne(this.produced.size === 0 ? doomedKey : this.random.pick(this.keys));
      await delay(this.random.below(20));
    }
  }

  /** Resolves when everything is acknowledged. */
  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private produceOne(key: string): void {
    const place = this.produced.get(key) ?? 0;
    this.produced.set(key, place + 1);
    const sent = this.producer
      .send(drillTopic, likeChanged, eventOf(key, place))
      .finally(() => this.underWay.delete(sent));
    this.underWay.add(sent);
  }
}
