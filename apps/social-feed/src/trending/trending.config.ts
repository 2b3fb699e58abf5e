import { defineConfig, integer } from '@headwater/service-kit';

export class TrendingConfig extends defineConfig({
  trendingIntervalMs: integer({
    default: 5_000,
    min: 50,
    max: 600_000,
    description:
      'milliseconds from one reckoning of what trends to the next: all likes of a post between two of them are one change',
  }),
}) {}
