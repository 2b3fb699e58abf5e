import { MessageHeaders } from '../message/index.ts';
import type { DeadLetterRecord } from './dead-letter-record.ts';

/** Which dead letters are meant; all conditions must hold. */
export interface DeadLetterFilter {
  /** The record's key as text. */
  readonly key?: string | undefined;
  /** The error's class or code, or a part of its reason. */
  readonly error?: string | undefined;
  /** When the letter was written: from here on. */
  readonly since?: Date | undefined;
  /** And before. */
  readonly until?: Date | undefined;
  /** Headers and their values as text. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The letter's own place. */
  readonly partition?: number | undefined;
  readonly offset?: bigint | undefined;
}

export function deadLetterMatches(filter: DeadLetterFilter, letter: DeadLetterRecord): boolean {
  const { key, error, since, until, headers, partition, offset } = filter;
  if (partition !== undefined && letter.partition !== partition) return false;
  if (offset !== undefined && letter.offset !== offset) return false;
  if (key !== undefined && letter.record.key?.toString('utf8') !== key) return false;
  if (error !== undefined && letter.error !== error && !letter.reason.includes(error)) return false;
  if (since && letter.writtenAt < since) return false;
  if (until && letter.writtenAt >= until) return false;
  const carried = new MessageHeaders(letter.record.headers);
  return Object.entries(headers ?? {}).every(([name, value]) => carried.text(name) === value);
}
