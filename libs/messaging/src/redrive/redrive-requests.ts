/** What the console asks, read strictly, and what becomes of expected failures: HTTP errors with a stable code. */
import { HttpException } from '@nestjs/common';
import { ContractError } from '@headwater/contract-kit';
import { MessagingError, type MessagingErrorCode } from '../errors/index.ts';
import type { OperatorAct, ParkedKeyName } from '../parking/index.ts';
import type { DeadLetterFilter } from './dead-letter-filter.ts';

/** The contracts of the service's topics, for injection. */
export const REDRIVE_TOPICS = Symbol('headwater.redrive.topics');

const statuses: Readonly<Partial<Record<MessagingErrorCode, number>>> = {
  DEAD_LETTERS_UNKNOWN: 404,
  SUBSCRIPTION_UNKNOWN: 404,
  NOT_PARKED: 409,
  EDIT_REFUSED: 422,
  BROKER_UNAVAILABLE: 503,
  REGISTRY_UNAVAILABLE: 503,
};

/** Answers an expected failure as what it is. */
export async function answering<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ContractError) throw new HttpException(error.message, 422, { cause: error });
    const status = error instanceof MessagingError ? statuses[error.code] : undefined;
    throw status === undefined || !(error instanceof Error)
      ? error
      : new HttpException(error.message, status, { cause: error });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function refuse(field: string, wanted: string): never {
  throw new HttpException(`${field} must be ${wanted}`, 400);
}

export function textOf(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' && value !== '' ? value : refuse(field, 'a text');
}

export function optionalText(fields: Fields, field: string): string | undefined {
  return fields[field] === undefined ? undefined : textOf(fields, field);
}

export function optionalCount(fields: Fields, field: string): number | undefined {
  if (fields[field] === undefined) return undefined;
  const value = Number(fields[field]);
  return Number.isInteger(value) && value >= 0 ? value : refuse(field, 'a whole number from 0 on');
}

export function countOf(fields: Fields, field: string): number {
  return optionalCount(fields, field) ?? refuse(field, 'a whole number from 0 on');
}

export function offsetOf(fields: Fields, field = 'offset'): bigint {
  const text = String(fields[field]);
  return /^\d+$/.test(text) ? BigInt(text) : refuse(field, 'an offset');
}

function optionalTime(fields: Fields, field: string): Date | undefined {
  const text = optionalText(fields, field);
  if (text === undefined) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? refuse(field, 'a time in ISO 8601') : time;
}

export function actOf(fields: Fields): OperatorAct {
  return { who: textOf(fields, 'who'), why: textOf(fields, 'why') };
}

export function filterOf(fields: Fields): DeadLetterFilter {
  const { headers = {}, offset } = fields;
  if (
    typeof headers !== 'object' ||
    headers === null ||
    !Object.values(headers).every((value) => typeof value === 'string')
  )
    refuse('headers', 'an object of texts');
  return {
    key: optionalText(fields, 'key'),
    error: optionalText(fields, 'error'),
    since: optionalTime(fields, 'since'),
    until: optionalTime(fields, 'until'),
    headers: headers as Record<string, string>,
    partition: optionalCount(fields, 'partition'),
    offset: offset === undefined ? undefined : offsetOf(fields),
  };
}

/** A key is named by its text, or by its bytes in base64 where it is none. */
export function parkedKeyOf(fields: Fields): ParkedKeyName {
  const base64 = optionalText(fields, 'keyBase64');
  return {
    subscription: textOf(fields, 'group'),
    topic: textOf(fields, 'topic'),
    partition: countOf(fields, 'partition'),
    key: base64 === undefined ? Buffer.from(textOf(fields, 'key')) : Buffer.from(base64, 'base64'),
  };
}
