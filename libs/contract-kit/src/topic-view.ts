/**
 * A topic as one reader sees it: the events that it asks for, with the fields that it asks for. Whoever reads millions of records pays for
 * each text that is made of bytes, needed or not.
 *
 * A view is the reader's schema of Avro's schema resolution, with fields left out: what a writer wrote of other fields is passed over, and
 * a field that a writer does not know yet is its default, as ever.
 */
import { viewOfEvent, type EventContract, type EventValue } from './event-contract.ts';
import type { TopicContract } from './topic-contract.ts';

/** Which fields are read of the events of a topic, by the events' full names. An event that is not named is read whole. */
export type FieldsByEvent<Topic extends TopicContract> = {
  readonly [Name in keyof Topic['events'] & string]?: readonly (keyof EventValue<Topic['events'][Name]> & string)[];
};

type EventView<Event, Fields> =
  Event extends EventContract<infer Name, infer Value>
    ? Fields extends readonly (infer Field extends keyof Value)[]
      ? EventContract<Name, Pick<Value, Field>>
      : Event
    : never;

/** A topic whose events are views. */
export type TopicView<Topic extends TopicContract, Fields extends FieldsByEvent<Topic>> = Omit<Topic, 'events'> & {
  readonly events: {
    readonly [Name in keyof Topic['events'] & string]: EventView<Topic['events'][Name], Fields[Name]>;
  };
};

/**
 * A view of a topic, to be given where a topic is read. Make it once.
 *
 * @throws {ContractError} `SCHEMA_UNREADABLE` when an event has no such field.
 */
export function viewOf<Topic extends TopicContract, const Fields extends FieldsByEvent<Topic>>(
  topic: Topic,
  fields: Fields,
): TopicView<Topic, Fields> {
  const events: Record<string, EventContract> = {};
  for (const [name, event] of Object.entries(topic.events)) {
    const seen = fields[name] as readonly never[] | undefined;
    events[name] = seen ? viewOfEvent(event, seen) : event;
  }
  return { ...topic, events } as unknown as TopicView<Topic, Fields>;
}
