import { defineConfig, integer } from '@headwater/service-kit';

/** Which clicks count, and how long what belongs together waits for each other. */
export class CountingConfig extends defineConfig({
  clickWindowMs: integer({
    default: 30 * 60_000,
    min: 1_000,
    max: 7 * 24 * 3_600_000,
    description: 'milliseconds after an impression within which its click counts',
  }),
  clickGraceMs: integer({
    default: 10 * 60_000,
    min: 100,
    max: 24 * 3_600_000,
    description: 'milliseconds by which a click may arrive before its impression, or either of them late',
  }),
  ownerSessionTimeoutMs: integer({
    default: 10_000,
    min: 1_000,
    max: 300_000,
    description: 'milliseconds after which the partitions of an instance that is gone are given to others',
  }),
}) {}
