import { DatabaseConfig, type ServiceOptions } from '@headwater/service-kit';

/** What this service says about itself; `main.ts` and the specs start it from this. */
export const service: ServiceOptions = {
  name: 'mybank-ledger',
  description: "MyBank's existing system: accounts and double-entry transactions; it knows no Kafka.",
  configs: [DatabaseConfig],
};
