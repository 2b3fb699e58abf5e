import { type INestApplication } from '@nestjs/common';
import { KafkaConfig, type ServiceOptions } from '@headwater/service-kit';
import { ConnectConfig } from './connect-config.ts';
import { LakeConfig } from './lake/index.ts';
import { WorkerTransport } from './worker-transport.ts';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'connect',
  description: 'Connectors: PostgreSQL change capture in, Parquet lake out.',
  configs: [KafkaConfig, ConnectConfig, LakeConfig],
  prepare: (app: INestApplication) => {
    app.connectMicroservice({ strategy: app.get(WorkerTransport) });
  },
};
