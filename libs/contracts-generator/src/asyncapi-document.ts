/**
 * AsyncAPI 3.0 of one service: what it sends and receives, with Kafka's bindings (AsyncAPI Kafka bindings 0.5.0).
 *
 * An Avro payload is given as its schema. A subscription also sends: what it cannot process goes to its dead-letter topic.
 */
import { deadLetterTopicOf } from '@headwater/contract-kit';
import { stringify } from 'yaml';
import type { EventSchema } from './event-schemas.ts';
import type { ReceivedTopic, ServiceContract } from './services.ts';
import type { TopicEntry } from './topics-file.ts';
import { topicNameOf } from './typescript-names.ts';

type Json = Readonly<Record<string, unknown>>;

const bindingVersion = '0.5.0';
const avroFormat = 'application/vnd.apache.avro;version=1.9.0';

const upperFirst = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
const reference = (to: string): Json => ({ $ref: `#/${to}` });
const tombstoneOf = (topic: TopicEntry): string => `${upperFirst(topicNameOf(topic.name))}Tombstone`;

/** What stands in a channel's and an operation's list: the events, and the tombstone of a table. */
function messageNames(topic: TopicEntry): string[] {
  return [...topic.events.map(({ schema }) => schema.name), ...(topic.compacted ? [tombstoneOf(topic)] : [])];
}

/** Kafka's values as AsyncAPI has them: a list of policies, numbers as numbers. */
function topicConfiguration(config: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]): [string, unknown] => {
      if (name === 'cleanup.policy') return [name, value.split(',')];
      return [name, /^-?\d+$/.test(value) ? Number(value) : value];
    }),
  );
}

function channelBinding(topic: string, partitions: number, config: Readonly<Record<string, string>>): Json {
  return {
    // One node has one replica; on a cluster it is the cluster's default.
    kafka: { topic, partitions, replicas: 1, topicConfiguration: topicConfiguration(config), bindingVersion },
  };
}

function channelOf(topic: TopicEntry): Json {
  return {
    address: topic.name,
    title: topic.name,
    description: `${topic.doc} Its one writer is ${topic.owner}.`,
    servers: [reference('servers/kafka')],
    messages: Object.fromEntries(messageNames(topic).map((name) => [name, reference(`components/messages/${name}`)])),
    bindings: channelBinding(topic.name, topic.partitions, topic.config),
  };
}

function deadLetterChannel(topic: TopicEntry, group: string): Json {
  const address = deadLetterTopicOf(topic, group);
  return {
    address,
    title: address,
    description: `Records of ${topic.name} that group ${group} could not process, as they were, until somebody has looked at them.`,
    servers: [reference('servers/kafka')],
    messages: { DeadLetter: reference('components/messages/DeadLetter') },
    bindings: channelBinding(address, topic.partitions, { 'cleanup.policy': 'delete', 'retention.ms': '-1' }),
  };
}

const deadLetterName = (topic: TopicEntry, group: string): string =>
  `${topicNameOf(topic.name)}DeadLettersOf${group
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map(upperFirst)
    .join('')}`;

function operation(
  action: 'send' | 'receive',
  channel: string,
  names: readonly string[],
  summary: string,
  kafka: Json,
): Json {
  return {
    action,
    title: `${upperFirst(action)} ${channel}`,
    summary,
    channel: reference(`channels/${channel}`),
    messages: names.map((name) => reference(`channels/${channel}/messages/${name}`)),
    bindings: { kafka: { ...kafka, bindingVersion } },
  };
}

const oneOf = (value: string): Json => ({ type: 'string', enum: [value] });

function sendOperations(service: ServiceContract): [string, Json][] {
  return service.sends.map((topic) => {
    const channel = topicNameOf(topic.name);
    const names = messageNames(topic);
    return [
      `send${upperFirst(channel)}`,
      operation('send', channel, names, topic.doc, { clientId: oneOf(service.name) }),
    ];
  });
}

const sideTopicsOf = (group: string): string =>
  `A record that failed may come again through ${group}.redrive or ${group}.retry-<number>, which are this subscription's own: ` +
  'nobody else sends to them or reads them.';

function receiveOperations(service: ServiceContract, { topic, groups }: ReceivedTopic): [string, Json][] {
  const channel = topicNameOf(topic.name);
  const names = messageNames(topic);
  const clientId = oneOf(service.name);
  const summary = `Records of one key are handled in order; another key's at the same time.`;
  if (groups.length === 0)
    return [[`receive${upperFirst(channel)}`, operation('receive', channel, names, summary, { clientId })]];
  return groups.flatMap((group, index): [string, Json][] => {
    const dead = deadLetterName(topic, group);
    const kafka = { groupId: oneOf(group), clientId };
    const suffix = index === 0 ? '' : String(index + 1);
    return [
      [
        `receive${upperFirst(channel)}${suffix}`,
        { ...operation('receive', channel, names, summary, kafka), description: sideTopicsOf(group) },
      ],
      [
        `send${upperFirst(dead)}`,
        operation('send', dead, ['DeadLetter'], `What ${group} cannot process.`, { clientId }),
      ],
    ];
  });
}

function messageOf({ schema, fullName }: EventSchema, topic: TopicEntry): Json {
  return {
    name: fullName,
    title: schema.name,
    summary: schema.doc ?? schema.name,
    contentType: 'application/vnd.apache.avro',
    headers: reference('components/schemas/Headers'),
    payload: { schemaFormat: avroFormat, schema },
    bindings: { kafka: messageBinding(topic) },
  };
}

function messageBinding(topic: TopicEntry): Json {
  const placing = topic.keyFields.slice(0, topic.partitionFields).join('|');
  const placed = topic.partitionFields < topic.keyFields.length ? ` Its partition is that of ${placing} alone.` : '';
  return {
    key: { type: 'string', description: `${topic.keyFields.join('|')}, as text.${placed}` },
    schemaIdLocation: 'payload',
    schemaIdPayloadEncoding: 'confluent',
    schemaLookupStrategy: 'TopicRecordNameStrategy',
    bindingVersion,
  };
}

function tombstone(topic: TopicEntry): Json {
  return {
    name: tombstoneOf(topic),
    title: 'Tombstone',
    summary: `The row of this key is no more: a record of ${topic.name} without a value.`,
    headers: reference('components/schemas/Headers'),
    payload: { type: 'null' },
    bindings: { kafka: { key: messageBinding(topic)['key'], bindingVersion } },
  };
}

const deadLetter: Json = {
  name: 'DeadLetter',
  title: 'Dead letter',
  summary: "A record's key, value and headers as they were, with headers beside them that say what happened.",
  headers: reference('components/schemas/DeadLetterHeaders'),
  payload: { type: 'string', format: 'binary', description: "The record's own bytes." },
};

const text = (description: string): Json => ({ type: 'string', description });

const headers: Json = {
  type: 'object',
  required: ['message-id'],
  properties: {
    'message-id': text('Identity of the message: the same for each copy of it.'),
    traceparent: text('W3C Trace Context.'),
  },
};

const deadLetterHeaders: Json = {
  type: 'object',
  properties: {
    'dead-letter-topic': text('Where the record came from.'),
    'dead-letter-partition': text('Its partition there.'),
    'dead-letter-offset': text('Its offset there.'),
    'dead-letter-timestamp': text('Its time, ISO 8601.'),
    'dead-letter-group': text('Who could not process it.'),
    'dead-letter-attempts': text('How often it was tried.'),
    'dead-letter-error': text('Class or code of the last error.'),
    'dead-letter-reason': text('What the last error said.'),
  },
};

function componentsOf(topics: readonly TopicEntry[], hasDeadLetters: boolean): Json {
  const messages = topics.flatMap((topic): [string, Json][] => [
    ...topic.events.map((event): [string, Json] => [event.schema.name, messageOf(event, topic)]),
    ...(topic.compacted ? [[tombstoneOf(topic), tombstone(topic)] as [string, Json]] : []),
  ]);
  return {
    messages: { ...Object.fromEntries(messages), ...(hasDeadLetters ? { DeadLetter: deadLetter } : {}) },
    schemas: { Headers: headers, ...(hasDeadLetters ? { DeadLetterHeaders: deadLetterHeaders } : {}) },
    securitySchemes: {
      saslPlain: { type: 'plain', description: 'Where the brokers ask for it: SASL/PLAIN.' },
      saslScram: { type: 'scramSha512', description: 'Where the brokers ask for it: SASL/SCRAM-SHA-512.' },
    },
  };
}

const server: Json = {
  host: '{bootstrapServers}',
  protocol: 'kafka',
  description: 'Any Kafka: the bundled broker, or a cluster.',
  variables: {
    bootstrapServers: {
      default: 'localhost:9092',
      description: 'KAFKA_BOOTSTRAP_SERVERS: brokers to connect to first.',
    },
  },
  bindings: {
    // SCHEMA_REGISTRY_URL says it to the service.
    kafka: { schemaRegistryUrl: 'http://localhost:8081', schemaRegistryVendor: 'confluent', bindingVersion },
  },
};

/** The document, as the object that its YAML says. */
export function asyncApiOf(service: ServiceContract): Json {
  const subscriptions = service.receives.flatMap(({ topic, groups }) => groups.map((group) => ({ topic, group })));
  const topics = [...new Set([...service.sends, ...service.receives.map(({ topic }) => topic)])];
  return {
    asyncapi: '3.0.0',
    id: `urn:headwater:${service.name}`,
    info: {
      title: service.name,
      version: service.version,
      description: service.description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      contact: { name: `The owners of ${service.name}` },
      tags: [{ name: 'kafka' }],
    },
    defaultContentType: 'application/vnd.apache.avro',
    servers: { kafka: server },
    channels: Object.fromEntries([
      ...topics.map((topic): [string, Json] => [topicNameOf(topic.name), channelOf(topic)]),
      ...subscriptions.map(({ topic, group }): [string, Json] => [
        deadLetterName(topic, group),
        deadLetterChannel(topic, group),
      ]),
    ]),
    operations: Object.fromEntries([
      ...sendOperations(service),
      ...service.receives.flatMap((received) => receiveOperations(service, received)),
    ]),
    components: componentsOf(topics, subscriptions.length > 0),
  };
}

export function asyncApiText(service: ServiceContract): string {
  return (
    '# Generated by `npm run contracts` from schemas/ and the subscriptions in the code. Do not edit.\n' +
    // Each use of a schema in full: an alias inside of Avro's JSON is not what its readers expect.
    stringify(asyncApiOf(service), { aliasDuplicateObjects: false, lineWidth: 0 })
  );
}
