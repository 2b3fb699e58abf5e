import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineEvent, likeChanged, type LikeChanged } from '@headwater/contracts';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { testTopic } from '../../fixtures/test-kafka.ts';
import { EventCodec, isUnreadable } from './index.ts';

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
