/**
 * The native libraries of snappy and lz4, loaded at their first use: a broker passes batches on as they are, and most never
 * need them, while loading them would cost a tenth of its start.
 */
import { createRequire } from 'node:module';
import type * as Lz4 from 'lz4-napi';
import type * as Snappy from 'snappy';

const require = createRequire(import.meta.url);

/** Answers from `require`'s cache after the first call. */
export function lz4Library(): typeof Lz4 {
  return require('lz4-napi') as typeof Lz4;
}

/** Answers from `require`'s cache after the first call. */
export function snappyLibrary(): typeof Snappy {
  return require('snappy') as typeof Snappy;
}
