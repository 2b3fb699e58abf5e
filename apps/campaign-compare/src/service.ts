import { connectMessaging } from '@headwater/messaging';
import { KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { CountingConfig } from './counting/index.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'campaign-compare',
  description: 'CampaignCompare: impressions, clicks, and whether one campaign is better.',
  configs: [KafkaConfig, CountingConfig],
  prepare: connectMessaging,
};
