import { defineConfig, integer, optional, text, url } from '@headwater/service-kit';

/** How this worker takes part. */
export class ConnectConfig extends defineConfig({
  connectCluster: text({
    default: 'connect',
    pattern: /^[a-zA-Z0-9._-]{1,100}$/,
    shape: 'letters, digits, points, underscores and hyphens',
    description:
      'name that workers share who share connectors; the names of their topics and their group begin with it',
  }),
  connectorsFolder: text({
    default: 'connectors',
    description: 'folder of connector files (*.yaml); they are put in place when they are new or changed',
  }),
  connectAdvertisedUrl: optional(
    url({
      protocols: ['http:', 'https:'],
      description: 'where other workers reach this one; its own address by default',
    }),
  ),
  connectSessionTimeoutMs: integer({
    default: 10_000,
    min: 1000,
    max: 300_000,
    description: 'after this long without a sign of life a worker’s tasks go to others',
  }),
}) {}
