/** A broker, and impressions and clicks on it that wait to be counted. */
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
  /** Counted before, in the same way: so that processes that have just begun are not what is measured. */
  readonly warmUp: number;
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
const transactionTimeoutMs = 600_000;
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
    const codec = new EventCodec(registryUrl);
    const { adImpressions, adClicks, campaignPerformance, campaignSlices, orphanClicks } = topics;
    await new TopicSetup(client).ensure([adImpressions, adClicks, campaignPerformance, campaignSlices, orphanClicks]);
    await codec.register([adImpressions, adClicks]);
    return await work({ bootstrapServers, registryUrl, client, codec, traffic });
  });
}

/**
 * Writes the impressions from `first` to before `end`, and their clicks, in one transaction. Whoever reads what is committed sees none of
 * them until the answer is called, and then all.
 */
export async function writeTraffic(stage: Stage, first: number, end: number): Promise<() => Promise<void>> {
  const writer = await stage.client.openTransactionalWriter({
    transactionalId: `bench-fill-${first}`,
    transactionTimeoutMs,
    bulk: true,
  });
  await writer.begin();
  const { adImpressions, adClicks } = topics;
  const clicked = (number: number): boolean => number % impressionsPerClick === 0;
  for (let next = first; next < end; next += recordsPerWrite) {
    const numbers = Array.from({ length: Math.min(recordsPerWrite, end - next) }, (_, index) => next + index);
    const shown = numbers.map((number) => shownOf(stage, number));
    await writer.write(adImpressions.name, shown);
    await writer.write(
      adClicks.name,
      numbers.filter(clicked).map((number) => clickedOf(stage, number)),
    );
  }
  return async () => {
    await writer.commit();
    await writer.close();
  };
}

function shownOf({ codec, traffic }: Stage, number: number): RecordToWrite {
  const impressionId = impressionOf(number);
  const creative = `creative-${number % creatives}`;
  const campaigner = campaignerOf(number, traffic);
  const value = { eventId: impressionId, impressionId, campaigner, creative, occurredAt: momentOf(number, traffic) };
  const bytes = codec.encode(topics.adImpressions, adShown, value);
  return { key: impressionId, value: bytes, partition: partitionOf(number) };
}

function clickedOf({ codec, traffic }: Stage, number: number): RecordToWrite {
  const impressionId = impressionOf(number);
  const value = { eventId: impressionId, impressionId, occurredAt: momentOf(number, traffic) };
  return {
    key: impressionId,
    value: codec.encode(topics.adClicks, adClicked, value),
    partition: partitionOf(number),
  };
}

const impressionOf = (number: number): string => `impression-${number}`;

/** As evenly as a hash would have it: impressions, and those that are clicked. */
function partitionOf(number: number): number {
  return (number + Math.floor(number / impressionsPerClick)) % topics.adImpressions.partitions;
}

function momentOf(number: number, { warmUp, impressions }: Traffic): Date {
  return new Date(startMs + (number * hours * 3_600_000) / (warmUp + impressions));
}

/** The first campaign has its share of every hundred impressions, in one piece; where they lie has nothing to do with it. */
function campaignerOf(number: number, { campaigns, shareOfFirst }: Traffic): string {
  const others = number % 100 >= 100 * shareOfFirst;
  return others ? `campaign-${1 + (Math.floor(number / 100) % (campaigns - 1))}` : 'campaign-0';
}
