import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'mybank-alerts',
  description: 'MyBank: thresholds, large-transaction alerts, notifications.',
  configs: [DatabaseConfig, KafkaConfig],
  prepare: connectMessaging,
};
