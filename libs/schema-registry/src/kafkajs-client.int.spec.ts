/** The client that the platform's services use, unmodified, against the registry. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import confluent from '@kafkajs/confluent-schema-registry';
import { RegistryFixture } from './registry.fixture.ts';

const { COMPATIBILITY, SchemaRegistry, SchemaType } = confluent;

let registry: RegistryFixture;
let client: InstanceType<typeof SchemaRegistry>;
beforeEach(async () => {
  registry = await RegistryFixture.start();
  client = connectClient();
});
afterEach(async () => {
  await registry.close();
});

function connectClient(): InstanceType<typeof SchemaRegistry> {
  return new SchemaRegistry({ host: registry.url, clientId: 'spec' });
}

const like = (...fields: object[]): { type: typeof SchemaType.AVRO; schema: string } => ({
  type: SchemaType.AVRO,
  schema: JSON.stringify({ type: 'record', name: 'Like', namespace: 'social', fields }),
});
const postId = { name: 'postId', type: 'string' };
const weight = { name: 'weight', type: 'int', default: 1 };

describe('the kafkajs registry client', () => {
  it('registers, encodes and decodes, also with a fresh cache', async () => {
    const { id } = await client.register(like(postId), { subject: 'likes-value' });
    const encoded = await client.encode(id, { postId: 'p1' });
    expect([...encoded.subarray(0, 5)]).toEqual([0, 0, 0, 0, id]);
    expect(await connectClient().decode(encoded)).toEqual({ postId: 'p1' });
  });

  it('evolves a schema, and old data stay readable', async () => {
    const old = await client.register(like(postId), { subject: 'likes-value' });
    const encoded = await client.encode(old.id, { postId: 'p1' });
    const evolved = await client.register(like(postId, weight), { subject: 'likes-value' });
    expect(evolved.id).not.toBe(old.id);
    const readerSchema = JSON.parse(like(postId, weight).schema) as object;
    const decoded: unknown = await client.decode(encoded, { [SchemaType.AVRO]: { readerSchema } as never });
    expect(decoded).toEqual({ postId: 'p1', weight: 1 });
    expect(await client.getLatestSchemaId('likes-value')).toBe(evolved.id);
    expect(await client.getRegistryId('likes-value', 1)).toBe(old.id);
  });

  it('is refused a schema that breaks the rules', async () => {
    await client.register(like(postId), { subject: 'likes-value' });
    await expect(
      client.register(like(postId, { name: 'by', type: 'string' }), { subject: 'likes-value' }),
    ).rejects.toThrow(/Schema being registered is incompatible with an earlier schema/);
  });

  it('is told when the subject has another level than it expects', async () => {
    await client.register(like(postId), { subject: 'likes-value', compatibility: COMPATIBILITY.FULL });
    await expect(client.register(like(postId), { subject: 'likes-value' })).rejects.toThrow(/BACKWARD != FULL/);
  });

  it('finds the id of a schema, and not of one that is not there', async () => {
    const { id } = await client.register(like(postId), { subject: 'likes-value' });
    expect(await client.getRegistryIdBySchema('likes-value', like(postId))).toBe(id);
    await expect(client.getRegistryIdBySchema('likes-value', like(weight))).rejects.toThrow(/Schema not found/);
  });

  it('follows references whose subjects need percent-encoding', async () => {
    const author = { type: 'record', name: 'Author', namespace: 'social', fields: [{ name: 'name', type: 'string' }] };
    await client.register({ type: SchemaType.AVRO, schema: JSON.stringify(author) }, { subject: 'social:author/v1' });
    const post = {
      type: SchemaType.AVRO,
      schema: JSON.stringify({
        type: 'record',
        name: 'Post',
        namespace: 'social',
        fields: [{ name: 'by', type: 'social.Author' }],
      }),
      references: [{ name: 'social.Author', subject: 'social:author/v1', version: 1 }],
    };
    const { id } = await client.register(post as never, { subject: 'posts-value' });
    const encoded = await client.encode(id, { by: { name: 'Ada' } });
    expect(await connectClient().decode(encoded)).toEqual({ by: { name: 'Ada' } });
  });
});
