import { defineConfig, integer } from '@headwater/service-kit';

/** How a zone's price follows its demand and supply; see `surge-formula.ts`. */
export class SurgeConfig extends defineConfig({
  surgeH3Resolution: integer({
    default: 8,
    min: 4,
    max: 11,
    description: 'resolution of the H3 cells that are zones; 8 is about 0.7 square kilometers',
  }),
  surgeWindowMs: integer({
    default: 300_000,
    min: 1_000,
    max: 86_400_000,
    description: 'milliseconds of event time in which requests and free taxis are counted together',
  }),
  surgeGraceMs: integer({
    default: 60_000,
    min: 0,
    max: 86_400_000,
    description: 'milliseconds that a request or position may be late and still counts',
  }),
  surgeBalancePercent: integer({
    default: 50,
    min: 1,
    max: 1_000,
    description: 'requests for each hundred free taxis up to which nothing is added',
  }),
  surgePriorTaxis: integer({
    default: 4,
    min: 1,
    max: 1_000,
    description: 'taxis in balance that every zone is thought to have besides, so that few events move little',
  }),
  surgeSensitivityPercent: integer({
    default: 100,
    min: 0,
    max: 1_000,
    description: 'what demand that is twice the balance adds to the price, in percent',
  }),
  surgeSmoothingPercent: integer({
    default: 50,
    min: 1,
    max: 100,
    description: 'share of a new window in the price, the rest is that of the windows before; 100 forgets them',
  }),
  surgeCapPercent: integer({
    default: 300,
    min: 100,
    max: 1_000,
    description: 'the highest price, in percent of the meter',
  }),
  surgeIdleMs: integer({
    default: 10_000,
    min: 100,
    max: 86_400_000,
    description: 'milliseconds without a record after which windows are closed without waiting for a partition',
  }),
  surgeCommitIntervalMs: integer({
    default: 100,
    min: 10,
    max: 10_000,
    description: 'milliseconds from one transaction of prices to the next, and so how long a change waits, twice',
  }),
}) {}
