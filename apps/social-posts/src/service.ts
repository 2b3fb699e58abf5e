import { connectMessaging } from '@headwater/messaging';
import { DatabaseConfig, KafkaConfig, type ServiceOptions } from '@headwater/service-kit';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'social-posts',
  description: 'MySocialMedia, commands: posts, comments and replies, with edits and deletes; likes; follows.',
  configs: [DatabaseConfig, KafkaConfig],
  prepare: connectMessaging,
};
