/** Our relay, until it is told to end. */
import { readOptions } from '../../load/programs.ts';
import { startRelay } from './relay.ts';
import type { RelayWork } from './work.ts';

const relay = await startRelay(readOptions() as RelayWork);
process.once('SIGTERM', () => void relay.close());
console.log('ready');
