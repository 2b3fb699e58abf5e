/**
 * Windows are over event time. A window is closed when stream time, which is the greatest timestamp that the operator has seen in its
 * partition, is past the window's end by `graceMs`; so a record that is late by at most `graceMs` always finds its window open, and the
 * same records give the same windows in any order within grace and at any speed. Behind a topic between two steps that takes an
 * alignment: several tasks write each of its partitions, and without it the fastest of them decides (`ThroughOptions.aligned`).
 */
import { StreamsError } from '../errors/index.ts';

/** Windows of one size, aligned to the epoch: [start, start + sizeMs). */
export interface TimeWindows {
  readonly kind: 'time';
  readonly sizeMs: number;
  /** From one start to the next; equal to the size for windows that do not overlap. */
  readonly advanceMs: number;
  readonly graceMs: number;
}

/** Windows of activity of a key: records at most `gapMs` apart belong together. [first timestamp, last timestamp]. */
export interface SessionWindows {
  readonly kind: 'session';
  readonly gapMs: number;
  readonly graceMs: number;
}

/** Windows of one size, one after another. */
export interface TumblingOptions {
  /** Whole milliseconds, at least 1. */
  readonly sizeMs: number;
  /** How late a record may be; 0 when not given. */
  readonly graceMs?: number;
}

/** Windows of one size that begin at every step. */
export interface HoppingOptions extends TumblingOptions {
  /** From 1 to `sizeMs`. */
  readonly advanceMs: number;
}

/** Windows that end when a key falls silent. */
export interface SessionOptions {
  /** Whole milliseconds, at least 1. */
  readonly gapMs: number;
  readonly graceMs?: number;
}

function wholeMs(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new StreamsError('TOPOLOGY_INVALID', `${name} is ${value}: give whole milliseconds, at least ${least}`);
  return value;
}

/** Windows side by side. @throws {StreamsError} `TOPOLOGY_INVALID` */
export function tumbling({ sizeMs, graceMs = 0 }: TumblingOptions): TimeWindows {
  return hopping({ sizeMs, advanceMs: sizeMs, graceMs });
}

/** Overlapping windows: a record is in `sizeMs / advanceMs` of them. @throws {StreamsError} `TOPOLOGY_INVALID` */
export function hopping({ sizeMs, advanceMs, graceMs = 0 }: HoppingOptions): TimeWindows {
  wholeMs('sizeMs', sizeMs, 1);
  wholeMs('graceMs', graceMs, 0);
  if (wholeMs('advanceMs', advanceMs, 1) > sizeMs)
    throw new StreamsError('TOPOLOGY_INVALID', `advanceMs is ${advanceMs}: windows of ${sizeMs} ms would leave gaps`);
  return { kind: 'time', sizeMs, advanceMs, graceMs };
}

/** Sessions of each key. @throws {StreamsError} `TOPOLOGY_INVALID` */
export function sessions({ gapMs, graceMs = 0 }: SessionOptions): SessionWindows {
  return { kind: 'session', gapMs: wholeMs('gapMs', gapMs, 1), graceMs: wholeMs('graceMs', graceMs, 0) };
}

/** The starts of the windows that a timestamp is in, the latest first. */
export function* startsOf({ sizeMs, advanceMs }: TimeWindows, timestampMs: number): Generator<number> {
  const last = Math.floor(timestampMs / advanceMs) * advanceMs;
  for (let start = last; start > timestampMs - sizeMs; start -= advanceMs) yield start;
}
