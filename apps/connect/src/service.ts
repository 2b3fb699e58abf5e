import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'connect',
  description: 'Connectors: PostgreSQL change capture in, Parquet lake out.',
  configs: [DatabaseConfig, KafkaConfig],
  prepare: connectMessaging,
};
