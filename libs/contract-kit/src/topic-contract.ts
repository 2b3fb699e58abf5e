/** A topic: what it carries, by which key, and how it is set up. Built by generated code from schemas/topics.yaml. */
import { ContractError } from './contract-error.ts';
import type { EventContract, EventValue } from './event-contract.ts';

/** The events of a topic, by their full names. */
export type EventsByName = Readonly<Record<string, EventContract>>;

/** Any topic. */
export interface TopicContract {
  readonly name: string;
  readonly doc: string;
  readonly partitions: number;
  /** Configuration at creation, by Kafka's names: `cleanup.policy`, `retention.ms` … */
  readonly config: Readonly<Record<string, string>>;
  /** Whether the newest record of a key is its state and a tombstone deletes it. */
  readonly compacted: boolean;
  /** The fields that make the key, joined by `|`; `after.id` is a field of a captured row. */
  readonly keyFields: readonly string[];
  /** The one service that writes the topic. */
  readonly owner: string;
  readonly subscribers: readonly string[];
  readonly events: EventsByName;
  /** The record's key for an event of this topic. @throws {ContractError} `KEY_MISSING`, `KEY_AMBIGUOUS` */
  keyOf(event: unknown): string;
  /** What is hashed to place a key: the key, or its leading fields where the topic says `partitionBy`. */
  partitionKeyOf(key: string): string;
  /** The registry's subject of an event: `<topic>-<record's full name>` (TopicRecordNameStrategy). */
  subjectOf(event: EventContract): string;
}

/** One topic, with its events known to the compiler. */
export interface TypedTopic<
  Name extends string,
  Events extends EventsByName,
  Compacted extends boolean,
> extends TopicContract {
  readonly name: Name;
  readonly compacted: Compacted;
  readonly events: Events;
  keyOf(event: TopicValue<Events>): string;
}

/** The values that a topic may carry. */
export type TopicValue<Events extends EventsByName> = EventValue<Events[keyof Events]>;

/** One event of a topic with its name, told apart by `name`. */
export type TopicEvent<Topic extends TopicContract> = {
  [Name in keyof Topic['events'] & string]: { readonly name: Name; readonly value: EventValue<Topic['events'][Name]> };
}[keyof Topic['events'] & string];

/** What {@link defineTopic} is given. */
export interface TopicDefinition<Name extends string, Events extends EventsByName, Compacted extends boolean> {
  name: Name;
  doc: string;
  partitions: number;
  config: Readonly<Record<string, string>>;
  compacted: Compacted;
  keyFields: readonly string[];
  /** How many leading fields of the key place it; all, when not given. */
  partitionFields?: number;
  owner: string;
  subscribers: readonly string[];
  events: Events;
}

/** Builds the contract of one topic; called by generated code. */
export function defineTopic<Name extends string, Events extends EventsByName, Compacted extends boolean>(
  definition: TopicDefinition<Name, Events, Compacted>,
): TypedTopic<Name, Events, Compacted> {
  const { name, keyFields, partitionFields = keyFields.length } = definition;
  return {
    ...definition,
    keyOf(event: TopicValue<Events>) {
      const parts = keyFields.map((field) => keyPart(name, field, fieldOf(event, field)));
      if (parts.length > 1) assertUnambiguous(name, parts);
      return parts.join('|');
    },
    partitionKeyOf: (key) => (partitionFields === keyFields.length ? key : key.split('|', partitionFields).join('|')),
    subjectOf: (event) => `${name}-${event.name}`,
  };
}

/** The value of a field, or of one within it: `after.id`. */
function fieldOf(event: unknown, path: string): unknown {
  let value = event;
  for (const field of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  return value;
}

function keyPart(topic: string, field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new ContractError(
    'KEY_MISSING',
    `A record of topic ${topic} needs its key: field ${field} is ${value === undefined ? 'missing' : JSON.stringify(value)}`,
  );
}

/** A key of several fields is taken apart again at each `|`. */
function assertUnambiguous(topic: string, parts: readonly string[]): void {
  const wrong = parts.find((part) => part.includes('|'));
  if (wrong !== undefined)
    throw new ContractError(
      'KEY_AMBIGUOUS',
      `A record of topic ${topic} has a key of several fields, joined by |, and so none may hold one: ${JSON.stringify(wrong)}`,
    );
}

/** Where the records go that a group cannot process: `<topic>.dead-letter.<group>`. */
export function deadLetterTopicOf(topic: Pick<TopicContract, 'name'>, group: string): string {
  return `${topic.name}.dead-letter.${group}`;
}
