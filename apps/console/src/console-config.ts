import { defineConfig, integer, optional, url } from '@headwater/service-kit';

/** What the console watches besides Kafka, and how often it looks. */
export class ConsoleConfig extends defineConfig({
  socialFeedUrl: optional(
    url({
      protocols: ['http:', 'https:'],
      description: 'address of social-feed, whose feed and totals the page shows',
    }),
  ),
  socialPostsUrl: optional(
    url({ protocols: ['http:', 'https:'], description: 'address of social-posts, whose commands the page counts' }),
  ),
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
