/** One instance that counts, a process of its own, until its input is closed; then it prints what it took. */
import { once } from 'node:events';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import { topics } from '@headwater/contracts';
import { startStreams } from '@headwater/streams';
import { finish, readOptions } from '../load/programs.ts';
import { topologyOf } from './counting.ts';
import type { InstanceFigures, InstanceWork } from './work.ts';

const { bootstrapServers, registryUrl, design } = readOptions() as InstanceWork;
const codec = new EventCodec(registryUrl);
await codec.register([topics.campaignPerformance, topics.campaignSlices, topics.orphanClicks]);
const topology = await topologyOf(design, codec);
const client = createKafkajsClient({
  clientId: 'bench-campaign',
  bootstrapServers: [bootstrapServers],
  clock: systemClock,
});
let before = process.cpuUsage();
process.stdin.once('data', () => (before = process.cpuUsage()));
const ended = once(process.stdin, 'end');
const app = await startStreams({ topology, client, guarantee: 'exactly-once' });
await ended;
const { user, system } = process.cpuUsage(before);
await app.close();
finish({ cpuMs: (user + system) / 1_000 } satisfies InstanceFigures);
