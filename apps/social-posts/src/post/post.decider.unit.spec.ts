import { describe, expect, it } from '@jest/globals';
import { postDecider, type PostCommand } from './post.decider.ts';
import { type PostContent, type PostEvent } from './post.events.ts';

const content: PostContent = {
  userId: 'ann',
  authorName: 'Ann',
  title: null,
  text: 'Hello',
  kind: 'plain',
  parentPostId: null,
  sourceUrl: null,
};
const occurredAt = '2026-11-21T12:00:00.000Z';
const publish: PostCommand = { type: 'publish', postId: 'p1', content, occurredAt };
const remove: PostCommand = { type: 'delete', postId: 'p1', occurredAt };
const published: PostEvent = { type: 'PostPublished', data: { postId: 'p1', ...content, occurredAt } };
const deleted: PostEvent = { type: 'PostDeleted', data: { postId: 'p1', userId: 'ann', occurredAt } };

function decide(given: readonly PostEvent[], command: PostCommand) {
  return postDecider.decide(command, given.reduce(postDecider.evolve, postDecider.initialState()));
}

describe('a post', () => {
  it('is published once', () => {
    expect(decide([], publish)).toEqual([published]);
    expect(() => decide([published], publish)).toThrow('There is a post p1 already');
  });

  it('is not published again under the id of a deleted one', () => {
    expect(() => decide([published, deleted], publish)).toThrow('There is a post p1 already');
  });

  it('is deleted by its id, and keeps its author for the key of the public event', () => {
    expect(decide([published], remove)).toEqual([deleted]);
  });

  it('stays deleted when it is deleted again', () => {
    expect(decide([published, deleted], remove)).toEqual([]);
  });

  it('cannot be deleted before there is one', () => {
    expect(() => decide([], remove)).toThrow('There is no post p1');
  });
});
