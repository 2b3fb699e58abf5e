import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { NotificationConfig } from './notification/notification-config.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'mybank-alerts',
  description: 'MyBank: thresholds, large-transaction alerts, notifications.',
  configs: [DatabaseConfig, KafkaConfig, NotificationConfig],
  prepare: connectMessaging,
};
