/** A dead letter, with the account of what happened that its consumer wrote into its headers. */
import type { RawRecord } from '../client/index.ts';
import { deadLetterHeaderNames, headerNames, MessageHeaders, redriveCountHeader } from '../message/index.ts';
import { originHeaders } from '../consumer/index.ts';
import type { ScannedRecord } from './topic-scan.ts';

/** `open`: nobody has decided. A letter that failed again after a redrive is a new letter, and open. */
export type DeadLetterState = 'open' | 'redriven' | 'discarded';

/** A dead letter as it lies in its topic. */
export interface DeadLetterRecord {
  /** Where the letter lies. */
  readonly deadLetterTopic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly writtenAt: Date;
  /** Where the record was first read. */
  readonly topic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: bigint;
  readonly sourceTimestamp: Date;
  /** The group that could not process it, and the only one that it is redriven to. */
  readonly group: string;
  readonly attempts: number;
  /** The class or code of the error. */
  readonly error: string;
  readonly reason: string;
  readonly messageId: string | undefined;
  /** How often it was redriven before it came here. */
  readonly redrives: number;
  readonly record: RawRecord;
}

const names = deadLetterHeaderNames;
const accountHeaders: ReadonlySet<string> = new Set(Object.values(names));

/** @returns undefined when the record has no account: then it was not written by a consumer of the platform. */
export function deadLetterOf(deadLetterTopic: string, scanned: ScannedRecord): DeadLetterRecord | undefined {
  const headers = new MessageHeaders(scanned.headers);
  const text = (name: string): string => headers.text(name) ?? '';
  if (!/^\d+$/.test(text(names.offset)) || text(names.group) === '') return undefined;
  const { partition, offset } = scanned;
  return {
    deadLetterTopic,
    partition,
    offset,
    writtenAt: new Date(scanned.timestampMs),
    topic: text(names.topic),
    sourcePartition: Number(text(names.partition)),
    sourceOffset: BigInt(text(names.offset)),
    sourceTimestamp: new Date(text(names.timestamp)),
    group: text(names.group),
    attempts: Number(text(names.attempts)),
    error: text(names.error),
    reason: text(names.reason),
    messageId: headers.text(headerNames.messageId),
    redrives: Number(headers.text(redriveCountHeader) ?? 0) || 0,
    record: scanned,
  };
}

/** The record's headers as its producer gave them, without the account. */
export function originalHeaders({ record }: DeadLetterRecord): RawRecord['headers'] {
  return Object.fromEntries(Object.entries(record.headers).filter(([name]) => !accountHeaders.has(name)));
}

/** What a redriven record carries besides its own headers. */
export function redriveHeaders(letter: DeadLetterRecord): Record<string, string> {
  const origin = {
    topic: letter.topic,
    partition: letter.sourcePartition,
    offset: letter.sourceOffset,
    timestampMs: letter.sourceTimestamp.getTime(),
    attempts: letter.attempts,
  };
  return { ...originHeaders(origin, 0), [redriveCountHeader]: String(letter.redrives + 1) };
}
