/** An event in the three versions that the guide tells of, and the topic that carries it. */
import { defineEvent, defineTopic, type EventContract, type TopicContract } from '@headwater/contracts';

export interface SchemaField {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
  readonly doc?: string;
}

export type Order = Readonly<Record<string, unknown>>;
export type OrderEvent = EventContract<'shop.OrderPlaced', Order>;

const eventId: SchemaField = { name: 'eventId', type: 'string' };
const orderId: SchemaField = { name: 'orderId', type: 'string' };
// #region version-1
const amountOf = (scale: number): SchemaField => ({
  name: 'amount',
  type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale },
});
const note: SchemaField = { name: 'note', type: ['null', 'string'], default: null };
// #endregion
const currency: SchemaField = { name: 'currency', type: 'string', default: 'EUR' };
const channel: SchemaField = {
  name: 'channel',
  type: { type: 'enum', name: 'OrderChannel', symbols: ['unknown', 'web', 'counter'], default: 'unknown' },
  default: 'unknown',
};
const customerId: SchemaField = { name: 'customerId', type: 'string' };

const amount = amountOf(2);

/** The fields of each version. */
export const fieldsOf = {
  1: [eventId, orderId, amount, note],
  /** A new field, with a default. */
  2: [eventId, orderId, amount, note, currency],
  /** A field that had a default is gone, another has come. */
  3: [eventId, orderId, amount, currency, channel],
  /** Breaks every reader of what was written before: a new field without a default. */
  mandatory: [eventId, orderId, amount, currency, channel, customerId],
  /** Breaks every reader without a word: 12.50 would be read as 1.250. */
  rescaled: [eventId, orderId, amountOf(3), currency, channel],
} as const satisfies Readonly<Record<string, readonly SchemaField[]>>;

export type VersionName = keyof typeof fieldsOf;
export const versions = [1, 2, 3] as const;
export type Version = (typeof versions)[number];

export const schemaOf = (version: VersionName): string =>
  JSON.stringify(
    { type: 'record', name: 'OrderPlaced', namespace: 'shop', doc: 'An order was placed.', fields: fieldsOf[version] },
    undefined,
    2,
  );

/** What a service of a version sends. */
export const orderBy = (version: Version): Order => ({
  eventId: `e${version}`,
  orderId: `o${version}`,
  amount: '12.50',
  ...(version < 3 ? { note: 'ring twice' } : { channel: 'web' }),
  ...(version > 1 ? { currency: 'CHF' } : {}),
});

const contracts = new Map<VersionName, OrderEvent>();

export function contractOf(version: VersionName): OrderEvent {
  const known = contracts.get(version) ?? defineEvent({ name: 'shop.OrderPlaced', schema: schemaOf(version) });
  contracts.set(version, known);
  return known;
}

/** The topic as a service of a version knows it. */
export const topicOf = (name: string, version: VersionName): TopicContract =>
  defineTopic({
    name,
    doc: 'Orders.',
    partitions: 1,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
    compacted: false,
    keyFields: ['orderId'],
    owner: 'shop',
    subscribers: [],
    events: { 'shop.OrderPlaced': contractOf(version) },
  });
