import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { RateCardConfig } from './fare/rate-card.config.ts';
import { SurgeConfig } from './surge/surge.config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'gettaxi-pricing',
  description: 'GetTaxi: surge by zone, quotes, fares.',
  configs: [DatabaseConfig, KafkaConfig, SurgeConfig, RateCardConfig],
  prepare: connectMessaging,
};
