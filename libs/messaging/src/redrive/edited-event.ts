import type { TopicContract } from '@headwater/contract-kit';
import type { EventCodec } from '../codec/index.ts';
import { MessagingError } from '../errors/index.ts';
import { fromJsonValue } from './json-value.ts';

/**
 * The bytes of the event that JSON stands for, in the place of one that failed: it must keep the key, as its place in the line is
 * the key's.
 * @throws {MessagingError | ContractError} `EDIT_REFUSED`, `EVENT_INVALID`, `SCHEMA_REFUSED`
 */
export async function editedEvent(
  codec: EventCodec,
  topic: TopicContract,
  event: string | undefined,
  json: unknown,
  key: string | undefined,
  signal?: AbortSignal,
): Promise<Buffer> {
  const names = Object.keys(topic.events).join(', ');
  if (event === undefined)
    throw new MessagingError('EDIT_REFUSED', `It is no event: name the event that it is to be, of ${names}`);
  const contract = topic.events[event];
  if (!contract)
    throw new MessagingError('EDIT_REFUSED', `Topic ${topic.name} has no event ${event}: it carries ${names}`);
  const value = fromJsonValue(contract.schema, json);
  await codec.register([topic], signal);
  const bytes = codec.encode(topic, contract, value);
  const editedKey = topic.keyOf(value);
  if (editedKey === key) return bytes;
  throw new MessagingError('EDIT_REFUSED', `The edited event has key ${editedKey}, and waits in the line of ${key}`);
}
