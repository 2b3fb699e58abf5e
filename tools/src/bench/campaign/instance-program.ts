/** One instance that counts, a process of its own, until its input is closed. */
import { once } from 'node:events';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import { topics } from '@headwater/contracts';
import { startStreams } from '@headwater/streams';
import { readOptions } from '../load/programs.ts';
import { topologyOf } from './counting.ts';
import type { InstanceWork } from './work.ts';

const { bootstrapServers, registryUrl, design } = readOptions() as InstanceWork;
const codec = new EventCodec(registryUrl);
await codec.register([topics.campaignPerformance, topics.campaignSlices, topics.orphanClicks]);
const topology = await topologyOf(design, codec);
const client = createKafkajsClient({
  clientId: 'bench-campaign',
  bootstrapServers: [bootstrapServers],
  clock: systemClock,
});
const ended = once(process.stdin.resume(), 'end');
const app = await startStreams({ topology, client, guarantee: 'exactly-once' });
await ended;
await app.close();
process.exit(0);
