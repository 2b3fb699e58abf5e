import { describe, expect, it } from '@jest/globals';
import { checkTopics, type CommentMessage, type LikeMessage, type PostMessage } from './topic-rules.ts';

const RECORDING = {
  folder: '',
  posts: new Map([
    ['1', { voteIds: ['10', '11', '12'], commentIds: ['20', '21'] }],
    ['2', { voteIds: [], commentIds: [] }],
  ]),
};

let offset = 0;

function message<Value>(topic: string, value: Value, partition = 0) {
  offset += 1;
  return { topic, partition, offset, key: '1', name: '', value, messageId: undefined };
}

const base = { userId: 'ada', authorName: null, text: 'x', occurredAt: new Date(0) };

const post = (postId: string): PostMessage =>
  message('posts', {
    ...base,
    eventId: `p${postId}`,
    postId,
    title: null,
    kind: 'plain',
    parentPostId: null,
    sourceUrl: null,
  });

const like = (id: string, liked = true, partition = 0): LikeMessage =>
  message(
    'likes',
    { eventId: `l${id}`, postId: '1', userId: `voter-${id}`, liked, occurredAt: new Date(0) },
    partition,
  );

const comment = (commentId: string): CommentMessage =>
  message('comments', { ...base, eventId: `c${commentId}`, commentId, postId: '1', parentCommentId: null, depth: 0 });

const GOOD = {
  posts: [post('2'), post('1')],
  likes: [like('10'), like('11'), like('12')],
  comments: [comment('20'), comment('21')],
};

describe('the rules for the topics', () => {
  it('hold for what was recorded', () => {
    expect(checkTopics(GOOD, RECORDING)).toEqual({ problems: [], duplicates: 0 });
  });

  it('allow the same event twice, and count it', () => {
    const likes = [like('10'), like('11'), like('10'), like('12'), like('11')];
    expect(checkTopics({ ...GOOD, likes }, RECORDING)).toEqual({ problems: [], duplicates: 2 });
  });

  it.each([
    ['a lost like', { likes: [like('10'), like('12')] }, 'likes of post 1: lost 11 (1)'],
    ['a lost post', { posts: [post('1')] }, 'posts of the topic: lost 2 (1)'],
    [
      'an invented comment',
      { comments: [comment('20'), comment('21'), comment('22')] },
      'comments of post 1: not recorded 22 (1)',
    ],
    [
      'likes out of order',
      { likes: [like('11'), like('10'), like('12')] },
      'likes of post 1: out of order at 0: 11 instead of 10',
    ],
    [
      'comments out of order',
      { comments: [comment('21'), comment('20')] },
      'comments of post 1: out of order at 0: 21 instead of 20',
    ],
    [
      'a like under a second identity',
      { likes: [...GOOD.likes, { ...like('12'), value: { ...like('12').value, eventId: 'other' } }] },
      'likes of post 1: several events for 12',
    ],
  ])('find %s', (_what, change, problem) => {
    expect(checkTopics({ ...GOOD, ...change }, RECORDING).problems).toEqual([problem]);
  });

  it.each([
    ['with another content', like('10', false)],
    ['in another partition', like('10', true, 1)],
  ])('find an event repeated %s', (_how, repetition) => {
    expect(checkTopics({ ...GOOD, likes: [...GOOD.likes, repetition] }, RECORDING).problems).toEqual([
      `likes: offset ${repetition.offset} repeats event l10 with another content`,
    ]);
  });
});
