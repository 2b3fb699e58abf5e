import { describe, expect, it } from '@jest/globals';
import {
  ContractError,
  defineEvent,
  likeChanged,
  postPublished,
  topics,
  viewOf,
  viewOfEvent,
  type PostPublished,
  type ShowPosition,
} from './index.ts';

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

describe('a view of a topic', () => {
  const view = viewOf(topics.posts, { 'headwater.social.PostPublished': ['kind', 'occurredAt'] });
  const event = view.events['headwater.social.PostPublished'];

  it('reads the fields that it was asked for, of whoever wrote them', () => {
    const seen: Pick<PostPublished, 'kind' | 'occurredAt'> = { kind: post.kind, occurredAt: post.occurredAt };
    expect(event.decode(postPublished.encode(post))).toEqual(seen);
    const newer = schemaWith(postPublished.schema, (fields) => [{ name: 'language', type: 'string' }, ...fields]);
    const body = Buffer.concat([Buffer.from([4]), Buffer.from('en'), postPublished.encode(post)]);
    expect(event.decoderFor(newer)(body)).toEqual(seen);
    expect(() => event.decode(body)).toThrow(ContractError);
  });

  it('leaves the topic and its other events as they are', () => {
    const { events, ...rest } = view;
    const { events: all, ...whole } = topics.posts;
    expect(rest).toEqual(whole);
    expect(Object.keys(events)).toEqual(Object.keys(all));
    expect(events['headwater.social.PostEdited']).toBe(all['headwater.social.PostEdited']);
  });

  it('keeps a type that is defined in a field that is left out', () => {
    const inner = { type: 'record', name: 'Place', fields: [{ name: 'x', type: 'int' }] };
    const fields = [
      { name: 'from', type: inner },
      { name: 'to', type: 'Place' },
    ];
    interface Ride {
      readonly from: { readonly x: number };
      readonly to: { readonly x: number };
    }
    const ride = defineEvent<'a.Ride', Ride>({
      name: 'a.Ride',
      schema: JSON.stringify({ type: 'record', name: 'Ride', namespace: 'a', fields }),
    });
    expect(viewOfEvent(ride, ['to']).decode(ride.encode({ from: { x: 1 }, to: { x: 2 } }))).toEqual({ to: { x: 2 } });
  });

  it('is not written, and has no field that the event has not', () => {
    expect(() => event.encode(post)).toThrow(/a view of kind, occurredAt is not written/);
    expect(() => viewOf(topics.posts, { 'headwater.social.PostPublished': ['mood' as 'kind'] })).toThrow(
      /no view of mood: it has no field mood/,
    );
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
