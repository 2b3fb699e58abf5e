/** A broker with impressions and clicks that wait to be counted. */
import { join } from 'node:path';
import { adClicked, adShown, topics } from '@headwater/contracts';
import {
  createKafkajsClient,
  EventCodec,
  systemClock,
  TopicSetup,
  type KafkaClient,
  type RecordToWrite,
} from '@headwater/messaging';
import { addressOf, brokerArguments, startServer, withFolder } from '../load/child.ts';

export interface Stage {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly client: KafkaClient;
  readonly codec: EventCodec;
  readonly traffic: Traffic;
}

/** How impressions are spread over campaigns. */
export interface Traffic {
  readonly impressions: number;
  readonly campaigns: number;
  /** Of the first campaign; the others have the rest in equal parts. */
  readonly shareOfFirst: number;
}

const recordsPerWrite = 10_000;
const impressionsPerClick = 100;
const creatives = 10;
/** Of the impressions, from the first to the last. */
const hours = 4;
const startMs = Date.UTC(2026, 0, 1);
/** So that instances that come one after another share the partitions before the first has worked on them. */
const brokerConfig = ['group.initial.rebalance.delay.ms=5000'];

/** Takes everything down afterwards, whatever happens. */
export async function withStage<Result>(traffic: Traffic, work: (stage: Stage) => Promise<Result>): Promise<Result> {
  return withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync', brokerConfig));
    stack.defer(() => server.stop());
    const { host, port } = addressOf(server);
    const bootstrapServers = `${host}:${port}`;
    const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
    const client = createKafkajsClient({
      clientId: 'bench-fill',
      bootstrapServers: [bootstrapServers],
      clock: systemClock,
    });
    const stage = { bootstrapServers, registryUrl, client, codec: new EventCodec(registryUrl), traffic };
    await fill(stage);
    return await work(stage);
  });
}

async function fill({ client, codec, traffic }: Stage): Promise<void> {
  const { adImpressions, adClicks, campaignPerformance, campaignSlices, orphanClicks } = topics;
  await new TopicSetup(client).ensure([adImpressions, adClicks, campaignPerformance, campaignSlices, orphanClicks]);
  await codec.register([adImpressions, adClicks]);
  const writer = await client.openWriter();
  const occurredAt = (number: number): Date => new Date(startMs + (number * hours * 3_600_000) / traffic.impressions);
  const shown = (number: number): RecordToWrite => {
    const impressionId = `impression-${number}`;
    const creative = `creative-${number % creatives}`;
    const value = {
      eventId: impressionId,
      impressionId,
      campaigner: campaignerOf(number, traffic),
      creative,
      occurredAt: occurredAt(number),
    };
    return { key: impressionId, value: codec.encode(adImpressions, adShown, value) };
  };
  const clicked = (number: number): RecordToWrite => {
    const impressionId = `impression-${number * impressionsPerClick}`;
    const value = { eventId: impressionId, impressionId, occurredAt: occurredAt(number * impressionsPerClick) };
    return { key: impressionId, value: codec.encode(adClicks, adClicked, value) };
  };
  const write = async (topic: string, count: number, recordOf: (number: number) => RecordToWrite): Promise<void> => {
    for (let first = 0; first < count; first += recordsPerWrite)
      await writer.write(
        topic,
        Array.from({ length: Math.min(recordsPerWrite, count - first) }, (_, index) => recordOf(first + index)),
      );
  };
  await write(adImpressions.name, traffic.impressions, shown);
  await write(adClicks.name, Math.floor(traffic.impressions / impressionsPerClick), clicked);
  await writer.close();
}

/** The first campaign has its share of every hundred impressions, in one piece; where they lie has nothing to do with it. */
function campaignerOf(number: number, { campaigns, shareOfFirst }: Traffic): string {
  const others = number % 100 >= 100 * shareOfFirst;
  return others ? `campaign-${1 + (Math.floor(number / 100) % (campaigns - 1))}` : 'campaign-0';
}
