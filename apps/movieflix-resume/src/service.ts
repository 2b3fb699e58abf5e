import { connectMessaging } from '@headwater/messaging';
import { KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { OwnershipConfig } from './ownership/ownership.config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'movieflix-resume',
  description: 'MovieFlix: where did I stop? Watch positions and continue watching.',
  configs: [KafkaConfig, OwnershipConfig],
  prepare: connectMessaging,
};
