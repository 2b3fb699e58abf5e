import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { FleetConfig } from './fleet/fleet.config.ts';
import { MatchingConfig } from './matching/matching.config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'gettaxi-dispatch',
  description: 'GetTaxi: positions, the nearest free taxi, rides.',
  configs: [DatabaseConfig, KafkaConfig, FleetConfig, MatchingConfig],
  prepare: connectMessaging,
};
