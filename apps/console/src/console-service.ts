import { KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { ConsoleConfig } from './console-config.ts';
import { servePage } from './page-files.ts';

/** What the console says about itself, to its `main.ts` and to tests that run it in their process. */
export const consoleService: ServiceOptions = {
  name: 'console',
  description: 'What the page shows: topics, groups, the feed and the parts of the platform, live.',
  configs: [KafkaConfig, ConsoleConfig],
  prepare: (app) => servePage(app),
};
