import { connectMessaging } from '@headwater/messaging';
import { KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { ModelConfig } from './learning/model.config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'movieflix-recommendation',
  description: 'MovieFlix: profiles in real time, and what to watch next.',
  configs: [KafkaConfig, ModelConfig],
  prepare: connectMessaging,
};
