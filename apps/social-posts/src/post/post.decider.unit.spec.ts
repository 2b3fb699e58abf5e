import { describe, it } from '@jest/globals';
import { specifyDecider } from '@headwater/testkit/specification';
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

const post = specifyDecider(postDecider);

describe('a post', () => {
  it('is published once', () => {
    post.given().when(publish).thenEvents(published);
    post.given(published).when(publish).thenRefused('There is a post p1 already');
  });

  it('is not published again under the id of a deleted one', () => {
    post.given(published, deleted).when(publish).thenRefused('There is a post p1 already');
  });

  it('is deleted by its id, and keeps its author for the key of the public event', () => {
    post.given(published).when(remove).thenEvents(deleted);
  });

  it('stays deleted when it is deleted again', () => {
    post.given(published, deleted).when(remove).thenNothing();
  });

  it('cannot be deleted before there is one', () => {
    post.given().when(remove).thenRefused('There is no post p1');
  });
});
