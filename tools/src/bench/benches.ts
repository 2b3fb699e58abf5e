import type { Bench } from './bench.ts';
import { brokerBench } from './broker/index.ts';

/** Every benchmark of the house, in the order in which they run. */
export const benches: readonly Bench[] = [brokerBench];
