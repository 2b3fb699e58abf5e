/** Counts by key and minute, restores a table, or starts an application again that was stopped, with this workspace's streams. */
import { createKafkajsClient, systemClock } from '@headwater/messaging';
import {
  longCodec,
  openTable,
  startStreams,
  StreamsBuilder,
  streamTopic,
  stringCodec,
  tumbling,
  type Topology,
  windowedCodec,
} from '@headwater/streams';
import { finish, readOptions } from '../../load/programs.ts';
import type { RestartFigures, StreamsFigures, StreamsWork } from './work.ts';

const minuteMs = 60_000;

const work = readOptions() as StreamsWork;
const { topic, records, guarantee } = work;
const client = createKafkajsClient({
  clientId: 'bench-streams',
  bootstrapServers: [work.bootstrapServers],
  clock: systemClock,
});
const input = streamTopic({ name: topic, key: stringCodec, value: stringCodec });
if (work.work === 'count') finish(await count());
else if (work.work === 'restore') finish(await restore());
else finish(await restart());

async function count(): Promise<StreamsFigures> {
  let startedMs = 0;
  let processed = 0;
  const all = Promise.withResolvers<number>();
  const topology = perMinute(() => {
    if (processed === 0) startedMs = performance.now();
    processed += 1;
    if (processed === records) all.resolve(performance.now());
  });
  const failed = Promise.withResolvers<never>();
  const app = await startStreams({ topology, client, guarantee, onFailed: (error) => failed.reject(error) });
  const endedMs = await Promise.race([all.promise, failed.promise]);
  await app.close();
  return { perSecond: (records / (endedMs - startedMs)) * 1000, peakMiB: peakMiB() };
}

async function restore(): Promise<StreamsFigures> {
  const startedMs = performance.now();
  const table = await openTable(client, input);
  await table.restored;
  const tookMs = performance.now() - startedMs;
  const peak = peakMiB();
  let rows = 0;
  for (const _ of table.entries()) rows += 1;
  await table.close();
  if (rows !== records) throw new Error(`${rows} rows were restored, not ${records}`);
  return { perSecond: (records / tookMs) * 1000, peakMiB: peak };
}

/** How long an application takes to be ready that was stopped just now. */
async function restart(): Promise<RestartFigures> {
  const topology = perMinute(() => undefined);
  const first = await startStreams({ topology, client, guarantee });
  await first.whenReady();
  await first.close();
  const startedMs = performance.now();
  const second = await startStreams({ topology, client, guarantee });
  await second.whenReady();
  const readyMs = performance.now() - startedMs;
  await second.close();
  return { readyMs };
}

function perMinute(look: () => void): Topology {
  const builder = new StreamsBuilder(`own-${work.output}`);
  const output = streamTopic({ name: work.output, key: windowedCodec(stringCodec, minuteMs), value: longCodec });
  const stream = builder.stream(input);
  stream
    .groupByKey()
    .windowedBy(tumbling({ sizeMs: minuteMs }))
    .count({ name: 'counts', emit: 'updates' })
    .to(output);
  stream.peek(look);
  return builder.build();
}

function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
