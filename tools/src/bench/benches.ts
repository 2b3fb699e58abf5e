import type { Bench } from './bench.ts';
import { bankBench } from './bank/index.ts';
import { brokerBench } from './broker/index.ts';
import { campaignBench } from './campaign/index.ts';
import { connectBench } from './connect/index.ts';
import { dispatchBench } from './dispatch/index.ts';
import { feedBench } from './feed/index.ts';
import { kafkaBench } from './kafka/index.ts';
import { lakeBench } from './lake/index.ts';
import { pricingBench } from './pricing/index.ts';
import { recommendationBench } from './recommendation/index.ts';
import { relayBench } from './relay/index.ts';
import { resumeBench } from './resume/index.ts';
import { socialBench } from './social/index.ts';
import { toolkitBench } from './toolkit/index.ts';

/** Every benchmark of the house, in the order in which they run. */
export const benches: readonly Bench[] = [
  brokerBench,
  kafkaBench,
  relayBench,
  feedBench,
  socialBench,
  toolkitBench,
  connectBench,
  lakeBench,
  resumeBench,
  recommendationBench,
  bankBench,
  dispatchBench,
  campaignBench,
  pricingBench,
];
