/** Broker, PostgreSQL and gettaxi-pricing as processes of their own; positions as dispatch writes them, prices as anybody reads them. */
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { taxiPosition, topics, type TopicEvent, type ZonePriced } from '@headwater/contracts';
import {
  createKafkajsClient,
  EventCodec,
  systemClock,
  TopicSetup,
  type KafkaClient,
  type RecordToWrite,
} from '@headwater/messaging';
import { contractTopic, openTable, type MaterializedTable } from '@headwater/streams';
import { startPostgres } from '@headwater/testkit/postgres';
import { addressOf, brokerArguments, startServer, withFolder } from '../load/child.ts';

const program = resolve(import.meta.dirname, '../../../../apps/gettaxi-pricing/dist/main.js');
const pollMs = 50;

export interface TaxiAt {
  readonly taxiId: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly atMs: number;
  /** Where the record goes; by the taxi when not given. */
  readonly partition?: number;
}

export class PricingStage {
  private constructor(
    readonly client: KafkaClient,
    private readonly codec: EventCodec,
    private readonly url: string,
    private readonly prices: MaterializedTable<string, TopicEvent<typeof topics.surgePricing>>,
  ) {}

  /** Takes everything down afterwards, whatever happens. */
  static async with<T>(work: (stage: PricingStage) => Promise<T>): Promise<T> {
    return await withFolder(async (folder) => {
      await using stack = new AsyncDisposableStack();
      const postgres = stack.use(await startPostgres({ directory: join(folder, 'postgres') }));
      const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
      stack.defer(() => server.stop());
      const { host, port } = addressOf(server);
      const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
      const bootstrapServers = `${host}:${port}`;
      const service = await startServer([program], undefined, {
        PORT: '0',
        LOG_LEVEL: 'error',
        DATABASE_URL: await postgres.createDatabase('pricing'),
        KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
        SCHEMA_REGISTRY_URL: registryUrl,
      });
      stack.defer(() => service.stop());
      const url = /=(http\S+)/.exec(service.readyLine)![1]!;
      while (!(await fetch(`${url}/health/ready`)).ok) await delay(pollMs);
      const client = createKafkajsClient({
        clientId: 'bench',
        bootstrapServers: [bootstrapServers],
        clock: systemClock,
      });
      const codec = new EventCodec(registryUrl);
      await new TopicSetup(client).ensure([topics.taxiPosition, topics.surgePricing]);
      await codec.register([topics.taxiPosition]);
      const prices = await openTable(client, contractTopic(topics.surgePricing, codec));
      stack.defer(() => prices.close());
      return await work(new PricingStage(client, codec, url, prices));
    });
  }

  /** The zone of a place, as the service names it. */
  async zoneAt(place: { readonly latitude: number; readonly longitude: number }): Promise<string> {
    const { latitude, longitude } = place;
    const at = { latitude, longitude };
    const response = await fetch(`${this.url}/quotes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pickup: at, dropOff: at }),
    });
    return ((await response.json()) as { readonly zone: string }).zone;
  }

  priceOf(zone: string): ZonePriced | undefined {
    return this.prices.get(zone)?.value;
  }

  record({ taxiId, latitude, longitude, atMs, partition }: TaxiAt): RecordToWrite {
    const occurredAt = new Date(atMs);
    const value = { eventId: `${taxiId}/${atMs}`, taxiId, latitude, longitude, available: true, occurredAt };
    return {
      key: taxiId,
      value: this.codec.encode(topics.taxiPosition, taxiPosition, value),
      ...(partition === undefined ? {} : { partition }),
    };
  }
}
