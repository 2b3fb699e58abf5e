import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { TrendingConfig } from './trending/trending.config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'social-feed',
  description: 'MySocialMedia, queries: totals, feeds, threads of comments, and what trends.',
  configs: [DatabaseConfig, KafkaConfig, TrendingConfig],
  prepare: connectMessaging,
};
