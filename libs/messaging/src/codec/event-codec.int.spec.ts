import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineEvent, likeChanged, type EventContract, type LikeChanged } from '@headwater/contracts';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { testTopic } from '../../fixtures/test-kafka.ts';
import { EventCodec, frame, isUnreadable } from './index.ts';

const like: LikeChanged = {
  eventId: 'e',
  postId: 'p',
  userId: 'u',
  liked: true,
  occurredAt: new Date(1_500_000_000_000),
};

/** The contract of another version of the service. */
function versionWith(field: object): typeof likeChanged {
  const schema = JSON.parse(likeChanged.schema) as { fields: object[] };
  return defineEvent({
    name: likeChanged.name,
    schema: JSON.stringify({ ...schema, fields: [...schema.fields, field] }),
  });
}

describe('the codec', () => {
  let kafka: RunningBroker;
  beforeAll(async () => {
    kafka = await startBroker({ flush: 'os' });
  });
  afterAll(() => kafka.close());

  it('reads what another process wrote, by the id in the record', async () => {
    const topic = testTopic();
    const writer = new EventCodec(kafka.registryUrl);
    await writer.register([topic]);
    const value = writer.encode(topic, likeChanged, like);
    expect(value.readInt32BE(1)).toBe(writer.schemaIdOf(topic, likeChanged));
    expect(await new EventCodec(kafka.registryUrl).decode(topic, value)).toEqual({
      name: likeChanged.name,
      value: like,
    });
  });

  it('reads what a newer service wrote as this one knows it', async () => {
    const topic = testTopic();
    await new EventCodec(kafka.registryUrl).register([topic]);
    const newer = versionWith({ name: 'strength', type: 'int', default: 1 });
    const newerTopic = { ...topic, events: { ...topic.events, [newer.name]: newer } };
    const writer = new EventCodec(kafka.registryUrl);
    await writer.register([newerTopic]);
    const value = writer.encode(newerTopic, newer, { ...like, strength: 5 } as LikeChanged);
    expect(await new EventCodec(kafka.registryUrl).decode(topic, value)).toEqual({
      name: likeChanged.name,
      value: like,
    });
  });

  it('does not register a schema that breaks its readers, and says why', async () => {
    const topic = testTopic();
    await new EventCodec(kafka.registryUrl).register([topic]);
    const breaking = versionWith({ name: 'mandatory', type: 'string' });
    await expect(
      new EventCodec(kafka.registryUrl).register([{ ...topic, events: { [breaking.name]: breaking } }]),
    ).rejects.toMatchObject({
      code: 'SCHEMA_REFUSED',
      message: expect.stringContaining(`${topic.name}-${likeChanged.name}`),
    });
  });

  it('has the registry refuse whatever breaks a version, also for those that register without it', async () => {
    const topic = testTopic();
    await new EventCodec(kafka.registryUrl).register([topic]);
    const subject = topic.subjectOf(likeChanged);
    const config = await fetch(`${kafka.registryUrl}/config/${subject}`);
    expect(await config.json()).toMatchObject({ compatibilityLevel: 'FULL_TRANSITIVE' });
    const schema = JSON.parse(likeChanged.schema) as { fields: { name: string }[] };
    const withoutLiked = JSON.stringify({ ...schema, fields: schema.fields.filter(({ name }) => name !== 'liked') });
    const answer = await fetch(`${kafka.registryUrl}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: withoutLiked }),
    });
    expect(answer.status).toBe(409);
  });

  it('does not read a value that a writer meant otherwise, and reads a renamed event by its alias', async () => {
    const meant = (logicalType: string) =>
      defineEvent<string, { at: unknown }>({
        name: 'test.Seen',
        schema: JSON.stringify({
          type: 'record',
          name: 'Seen',
          namespace: 'test',
          fields: [{ name: 'at', type: { type: 'long', logicalType } }],
        }),
      });
    const carrying = (event: EventContract) => ({ ...testTopic(), events: { [event.name]: event } });
    const written = carrying(meant('timestamp-micros'));
    const writer = new EventCodec(kafka.registryUrl);
    await writer.register([written]);
    const value = writer.encode(written, meant('timestamp-micros'), { at: '2018-03-12T18:44:15.123456Z' });
    await expect(
      new EventCodec(kafka.registryUrl).decode(carrying(meant('timestamp-millis')), value),
    ).rejects.toMatchObject({
      code: 'SCHEMA_UNREADABLE',
      message: expect.stringContaining('timestamp-micros was written, timestamp-millis is read'),
    });

    const renamed = meant('timestamp-micros').schema.replace('"Seen"', '"Noticed","aliases":["Seen"]');
    const reader = carrying(defineEvent({ name: 'test.Noticed', schema: renamed }));
    expect(await new EventCodec(kafka.registryUrl).decode(reader, value)).toEqual({
      name: 'test.Noticed',
      value: { at: '2018-03-12T18:44:15.123456Z' },
    });
  });

  it('asks once for a schema that many records wait for', async () => {
    const topic = testTopic();
    const writer = new EventCodec(kafka.registryUrl);
    await writer.register([topic]);
    const value = writer.encode(topic, likeChanged, like);
    let asked = 0;
    let authorization: string | undefined;
    const counting = http.createServer((request, response) => {
      asked += 1;
      ({ authorization } = request.headers);
      void fetch(kafka.registryUrl + request.url!).then(async (answer) => response.end(await answer.text()));
    });
    await once(counting.listen(0, '127.0.0.1'), 'listening');
    const { port } = counting.address() as AddressInfo;
    const reader = new EventCodec(`http://user:secret@127.0.0.1:${port}/`);
    await Promise.all(Array.from({ length: 20 }, () => reader.decode(topic, value)));
    expect(asked).toBe(1);
    expect(authorization).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
    counting.closeAllConnections();
    counting.close();
  });

  it('reads what was written with a schema that refers to others in the registry', async () => {
    const id = randomUUID();
    const put = async (subject: string, body: object): Promise<number> => {
      const answer = await fetch(`${kafka.registryUrl}/subjects/${subject}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as { id: number }).id;
    };
    const money = {
      type: 'record',
      name: 'Money',
      namespace: 'test',
      fields: [{ name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } }],
    };
    const paid = { type: 'record', name: 'Paid', namespace: 'test' };
    await put(`money-${id}`, { schema: JSON.stringify(money) });
    const schemaId = await put(`paid-${id}`, {
      schema: JSON.stringify({ ...paid, fields: [{ name: 'price', type: 'test.Money' }] }),
      references: [{ name: 'test.Money', subject: `money-${id}`, version: 1 }],
    });
    const contract = defineEvent<'test.Paid', { price: { amount: string } }>({
      name: 'test.Paid',
      schema: JSON.stringify({ ...paid, fields: [{ name: 'price', type: money }] }),
    });
    const value = frame(schemaId, contract.encode({ price: { amount: '12.50' } }));
    const topic = { ...testTopic(), events: { [contract.name]: contract } };
    expect(await new EventCodec(kafka.registryUrl).decode(topic, value)).toEqual({
      name: 'test.Paid',
      value: { price: { amount: '12.50' } },
    });
  });

  it('keeps the compatibility that an operator gave a subject', async () => {
    const topic = testTopic();
    await new EventCodec(kafka.registryUrl).register([topic]);
    const answer = await fetch(`${kafka.registryUrl}/config/${topic.subjectOf(likeChanged)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility: 'FULL' }),
    });
    expect(answer.status).toBe(200);
    await new EventCodec(kafka.registryUrl).register([topic]);
  });

  it('tells a topic that was not registered from a registry that is away', async () => {
    const topic = testTopic();
    const codec = new EventCodec('http://127.0.0.1:1');
    expect(() => codec.encode(topic, likeChanged, like)).toThrow(expect.objectContaining({ code: 'NOT_REGISTERED' }));
    const error: unknown = await codec
      .decode(topic, Buffer.from([0, 0, 0, 0, 9, 1]))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retriable: true });
    expect(isUnreadable(error)).toBe(false);
  });

  it('gives up registering when the service is told to stop', async () => {
    const stopping = new AbortController();
    const registering = new EventCodec('http://127.0.0.1:1').register([testTopic()], stopping.signal);
    stopping.abort();
    await expect(registering).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  });
});
