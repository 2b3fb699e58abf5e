/** Our relay on an empty outbox: what it costs when there is nothing to do. */
import { setTimeout as delay } from 'node:timers/promises';
import { finish, readOptions } from '../../load/programs.ts';
import { startRelay } from './relay.ts';
import type { IdleFigures, RelayWork } from './work.ts';

const settleMs = 3000;

const work = readOptions() as RelayWork & { readonly seconds: number };
const relay = await startRelay(work);
await delay(settleMs);
const before = process.cpuUsage();
await delay(work.seconds * 1000);
const { user, system } = process.cpuUsage(before);
await relay.close();
finish({ cpuPercent: (user + system) / 10_000 / work.seconds } satisfies IdleFigures);
