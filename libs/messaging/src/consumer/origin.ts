/** Where a record was first read, which a copy of it carries in its headers through topics of the group's own. */
import type { RawHeaders, RawRecord } from '../client/index.ts';
import { MessageHeaders, originHeaderNames } from '../message/index.ts';

export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
  /** How often the record was tried before it was written here. */
  readonly attempts: number;
}

const names = originHeaderNames;
const ownHeaders: ReadonlySet<string> = new Set(Object.values(names));

/** The origin that a copy carries; undefined when it carries none that can be read. */
export function originOf(record: RawRecord): Origin | undefined {
  const headers = new MessageHeaders(record.headers);
  const topic = headers.text(names.topic);
  const number = (name: string): number => Number(headers.text(name) ?? Number.NaN);
  const offset = headers.text(names.offset) ?? '';
  if (topic === undefined || !/^\d+$/.test(offset)) return undefined;
  const origin = {
    topic,
    partition: number(names.partition),
    offset: BigInt(offset),
    timestampMs: number(names.timestamp),
    attempts: number(names.attempts),
  };
  return [origin.partition, origin.timestampMs, origin.attempts].every(Number.isFinite) ? origin : undefined;
}

/** Where a record comes from: what it carries, where its partition holds copies. */
export function originIn(
  place: { readonly topic: string; readonly partition: number; readonly secondHand: boolean },
  record: RawRecord,
): Origin {
  const carried = place.secondHand ? originOf(record) : undefined;
  const { offset, timestampMs } = record;
  return carried ?? { topic: place.topic, partition: place.partition, offset, timestampMs, attempts: 0 };
}

export function originHeaders(origin: Origin, dueMs: number): Record<string, string> {
  return {
    [names.topic]: origin.topic,
    [names.partition]: String(origin.partition),
    [names.offset]: origin.offset.toString(),
    [names.timestamp]: String(origin.timestampMs),
    [names.attempts]: String(origin.attempts),
    [names.due]: String(Math.round(dueMs)),
  };
}

/** A record's headers as its producer gave them. */
export function withoutOrigin(headers: RawHeaders): RawHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)));
}

/** When a copy may be tried; at once when it does not say. */
export function dueMsOf(record: RawRecord): number {
  const due = Number(new MessageHeaders(record.headers).text(names.due) ?? 0);
  return Number.isFinite(due) ? due : 0;
}
