import { defineConfig, integer, optional, url } from '@headwater/service-kit';

/** How instances share the positions. */
export class OwnershipConfig extends defineConfig({
  advertisedUrl: optional(
    url({
      protocols: ['http:'],
      description: 'address at which the other instances reach this one; where it listens by default',
    }),
  ),
  ownerSessionTimeoutMs: integer({
    default: 10_000,
    min: 1_000,
    max: 300_000,
    description: 'milliseconds after which the positions of an instance that is gone are given to others',
  }),
  ownerWaitMs: integer({
    default: 2_000,
    min: 0,
    max: 60_000,
    description: 'milliseconds that a request waits while its positions have no owner, before it is refused with 503',
  }),
}) {}
