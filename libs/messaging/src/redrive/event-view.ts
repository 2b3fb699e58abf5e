/** What is in a record's value, for people. */
import type { TopicContract } from '@headwater/contract-kit';
import type { EventCodec } from '../codec/index.ts';
import { toJsonValue } from './json-value.ts';

/** An event by its contract, or why its bytes are none, with the bytes. */
export type EventView =
  { readonly event: string | null; readonly value: unknown } | { readonly unreadable: string; readonly base64: string };

export async function viewOf(
  codec: EventCodec,
  topic: TopicContract | undefined,
  value: Buffer | null,
): Promise<EventView> {
  if (value === null) return { event: null, value: null };
  try {
    if (!topic) throw new Error('there is no contract of its topic here');
    const { name, value: event } = await codec.decode(topic, value);
    return { event: name, value: toJsonValue(event) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error), base64: value.toString('base64') };
  }
}
