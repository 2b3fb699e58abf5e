import { describe, expect, it } from '@jest/globals';
import { ContractError, likeChanged, postPublished, topics, type PostPublished, type ShowPosition } from './index.ts';

const post: PostPublished = {
  eventId: 'e1',
  postId: 'p1',
  userId: 'u1',
  authorName: null,
  title: 'A question',
  text: 'Why?',
  kind: 'question',
  parentPostId: null,
  sourceUrl: null,
  occurredAt: new Date('2018-03-12T18:44:15.123Z'),
};

/** The schema of an event with some fields changed, as another version of it would be. */
function schemaWith(
  schema: string,
  change: (fields: { name: string; type: unknown; default?: unknown }[]) => unknown[],
): string {
  const parsed = JSON.parse(schema) as { fields: { name: string; type: unknown }[] };
  return JSON.stringify({ ...parsed, fields: change(parsed.fields) });
}

describe('an event contract', () => {
  it('reads back what it wrote, with times as dates', () => {
    expect(postPublished.decode(postPublished.encode(post))).toEqual(post);
  });

  it('names each wrong field when a value does not fit', () => {
    const wrong = { ...post, text: 5, occurredAt: new Date(Number.NaN) } as unknown as PostPublished;
    expect(() => postPublished.encode(wrong)).toThrow(
      /headwater\.social\.PostPublished: text must be "string", got 5; occurredAt/,
    );
    expect(() => postPublished.encode(wrong)).toThrow(ContractError);
  });

  it('refuses bytes that are cut off, and bytes that go on', () => {
    const body = postPublished.encode(post);
    expect(() => postPublished.decode(body.subarray(0, body.length - 3))).toThrow(ContractError);
    expect(() => postPublished.decode(Buffer.concat([body, Buffer.from('x')]))).toThrow(ContractError);
  });

  it('resolves what an older or a newer writer wrote to its own schema', () => {
    const older = schemaWith(likeChanged.schema, (fields) => fields.filter(({ name }) => name !== 'liked'));
    expect(() => likeChanged.decoderFor(older)).toThrow(/cannot read what was written as/);

    const newer = schemaWith(postPublished.schema, (fields) => [
      { name: 'language', type: 'string' },
      ...fields.map((field) =>
        field.name === 'kind'
          ? { ...field, type: { type: 'enum', name: 'PostKind', symbols: ['plain', 'poll'], default: 'plain' } }
          : field,
      ),
    ]);
    const body = Buffer.concat([Buffer.from([4]), Buffer.from('en')]); // a string of two bytes, then the old fields
    const rest = postPublished.encode({ ...post, kind: 'question' }); // index 1: `poll` to the newer writer
    expect(postPublished.decoderFor(newer)(Buffer.concat([body, rest]))).toEqual({ ...post, kind: 'plain' });
  });
});

describe('a topic contract', () => {
  it('takes the key from the event', () => {
    expect(topics.posts.keyOf(post)).toBe('u1');
    expect(() => topics.posts.keyOf({ ...post, userId: '' })).toThrow(/topic posts needs its key: field userId/);
  });

  it('places a key by its leading fields where it says so', () => {
    const seen = { userId: 'ann', showId: 's1' } as ShowPosition;
    expect(topics.showPosition.keyOf(seen)).toBe('ann|s1');
    expect(topics.showPosition.partitionKeyOf('ann|s1')).toBe('ann');
    expect(topics.posts.partitionKeyOf('a|b')).toBe('a|b');
    expect(() => topics.showPosition.keyOf({ ...seen, userId: 'ann|s1' })).toThrow(/joined by \|, and so none may/);
  });

  it('has one subject for each event of each topic', () => {
    expect(topics.posts.subjectOf(postPublished)).toBe(`posts-${postPublished.name}`);
  });

  it('knows which topics are tables', () => {
    expect([topics.postsWithCounts.compacted, topics.posts.compacted]).toEqual([true, false]);
  });
});
