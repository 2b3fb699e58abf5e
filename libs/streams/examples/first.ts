import { createKafkajsClient, systemClock } from '@headwater/messaging';
import {
  longCodec,
  startStreams,
  StreamsBuilder,
  streamTopic,
  stringCodec,
  tumbling,
  windowedCodec,
} from '@headwater/streams';
import { startBroker } from '@headwater/testkit';

const minuteMs = 60_000;
const views = streamTopic({ name: 'views', key: stringCodec, value: stringCodec });
const viewsPerMinute = streamTopic({
  name: 'views_per_minute',
  key: windowedCodec(stringCodec, minuteMs),
  value: longCodec,
});

// How often each page was viewed in each minute. A minute's result is final when it is over and late views have had 10 seconds.
const builder = new StreamsBuilder('page-statistics');
builder
  .stream(views)
  .groupByKey()
  .windowedBy(tumbling({ sizeMs: minuteMs, graceMs: 10_000 }))
  .count({ name: 'per-minute' })
  .peek((count, { key, startMs }) =>
    console.log(`${key} was viewed ${count} times from minute ${startMs / minuteMs} on`),
  )
  .to(viewsPerMinute);

await using broker = await startBroker();
const client = createKafkajsClient({
  clientId: 'first',
  bootstrapServers: [broker.bootstrapServers],
  clock: systemClock,
});
const admin = await client.openAdmin();
await admin.create(
  [views, viewsPerMinute].map(({ name }) => ({ name, partitions: 1, config: { 'retention.ms': '-1' } })),
);
await admin.close();

const writer = await client.openWriter();
const view = (page: string, timestampMs: number) => ({ key: page, value: Buffer.from('seen'), timestampMs });
await writer.write('views', [view('home', 1_000), view('shop', 30_000), view('home', 61_000), view('home', 59_000)]);
await writer.write('views', [view('end', 200_000)]); // time goes on, by the records' own clock
await writer.close();

const app = await startStreams({ topology: builder.build(), client, guarantee: 'exactly-once' });
await app.whenCaughtUp();
await app.close();
