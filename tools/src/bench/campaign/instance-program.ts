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
let records = 0;
let startedMs: number | null = null;
let before = process.cpuUsage();
const topology = await topologyOf(design, codec, () => {
  if (records === 0) {
    startedMs = Date.now();
    before = process.cpuUsage();
  }
  records += 1;
});
const client = createKafkajsClient({
  clientId: 'bench-campaign',
  bootstrapServers: [bootstrapServers],
  clock: systemClock,
});
const ended = once(process.stdin.resume(), 'end');
const app = await startStreams({ topology, client, guarantee: 'exactly-once' });
await ended;
const { user, system } = process.cpuUsage(before);
await app.close();
finish({ startedMs, cpuMs: (user + system) / 1_000, records } satisfies InstanceFigures);
