import { defineConfig, integer, optional, text, url } from '@headwater/service-kit';

/** What the console watches besides Kafka, and how often it looks. */
export class ConsoleConfig extends defineConfig({
  apiToken: optional(
    text({
      description: 'token that the API asks for; needed when HOST is not loopback',
      pattern: /^[\x21-\x7e]{16,200}$/,
      shape: '16 to 200 letters, digits or signs without a blank',
      secret: true,
    }),
  ),
  publishedHost: optional(
    text({ description: 'in a container: the address on which its port is published; HOST when not given' }),
  ),
  serviceAddresses: text({
    default: '',
    description:
      'the services that the page shows, in its order: NAME=URL with blanks between; no URL for one that is known and not started',
    pattern: /^\s*([a-z0-9-]+=(https?:\/\/[^\s=]+)?\s*)*$/,
    shape: 'such as social-posts=http://127.0.0.1:3001 social-feed=http://127.0.0.1:3002',
  }),
  databaseUrl: optional(
    url({
      protocols: ['postgres:', 'postgresql:'],
      secret: true,
      description: "the console's own PostgreSQL database, in which lessons keep their tables",
    }),
  ),
  launcherUrl: optional(
    url({
      protocols: ['http:', 'https:'],
      description: "the launcher's control door, by which lessons kill parts of the demo",
    }),
  ),
  launcherToken: optional(text({ description: 'token of the control door', secret: true })),
  clusterIntervalMs: integer({
    default: 1000,
    min: 100,
    max: 60_000,
    description: 'milliseconds between two looks at topics and groups',
  }),
  feedIntervalMs: integer({
    default: 1000,
    min: 100,
    max: 60_000,
    description: 'milliseconds between two looks at the feed',
  }),
}) {}
