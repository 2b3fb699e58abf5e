import { defineConfig, integer, optional, text, url } from '@headwater/service-kit';

const address = (description: string) => optional(url({ protocols: ['http:', 'https:'], description }));

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
  socialPostsUrl: address('address of social-posts, whose commands the page counts'),
  socialFeedUrl: address('address of social-feed, whose feed and totals the page shows'),
  movieflixResumeUrl: address('address of movieflix-resume, which knows where users stopped'),
  movieflixRecommendationUrl: address('address of movieflix-recommendation, which knows what users may like'),
  mybankLedgerUrl: address('address of mybank-ledger, whose accounts the page shows'),
  mybankAlertsUrl: address('address of mybank-alerts, whose thresholds and alerts the page shows'),
  connectUrl: address('address of connect, whose connectors and lake the page shows'),
  gettaxiDispatchUrl: address('address of gettaxi-dispatch, whose taxis and rides the page shows'),
  gettaxiPricingUrl: address('address of gettaxi-pricing, whose zones and quotes the page shows'),
  campaignCompareUrl: address('address of campaign-compare, whose comparisons the page shows'),
  databaseUrl: optional(
    url({
      protocols: ['postgres:', 'postgresql:'],
      secret: true,
      description: "the console's own PostgreSQL database, in which lessons keep their tables",
    }),
  ),
  launcherUrl: address("the launcher's control door, by which lessons kill parts of the demo"),
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
