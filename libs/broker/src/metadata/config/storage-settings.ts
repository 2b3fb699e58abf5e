import type { ConfigRange, ConfigType } from './config-definition.ts';

/** Name, type, default, allowed values and documentation of a broker's configuration entry. */
export type BrokerConfigRow = readonly [string, ConfigType, string | null, ConfigRange | undefined, string];

/** Entries of compaction and of the metadata log's snapshots that are fixed at start. */
export const storageSettings: readonly BrokerConfigRow[] = [
  ['log.cleaner.enable', 'boolean', 'true', undefined, 'Whether logs are compacted.'],
  [
    'metadata.log.max.record.bytes.between.snapshots',
    'long',
    '20971520',
    { atLeast: 1 },
    'Growth of the metadata log after which a snapshot takes the place of what is before it.',
  ],
  [
    'metadata.log.max.snapshot.interval.ms',
    'long',
    '3600000',
    { atLeast: 0 },
    'Longest time between two snapshots of a metadata log that is written; 0 for no limit.',
  ],
];

/** Entries of compaction that may change while the broker runs. */
export const changeableStorageSettings: readonly BrokerConfigRow[] = [
  [
    'log.cleaner.backoff.ms',
    'long',
    '15000',
    { atLeast: 0 },
    'Time between two looks for a compacted log that is dirty enough.',
  ],
  [
    'log.cleaner.dedupe.buffer.size',
    'long',
    '134217728',
    { atLeast: 0 },
    'Most memory for the keys of one compaction: 20 bytes for each, in a table of which 0.7 is used. Only what a log needs is taken.',
  ],
  [
    'log.cleaner.io.max.bytes.per.second',
    'double',
    '1.7976931348623157E308',
    undefined,
    'Most bytes that compaction reads and writes in a second.',
  ],
];
