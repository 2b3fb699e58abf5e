import { expect, it } from '@jest/globals';
import { readAs } from '@headwater/service-kit';
import { isPlainLike } from './like-check.ts';
import { LikeBatchItem } from './like.requests.ts';

const like = { postId: 'p-1', userId: 'ada', liked: true, occurredAt: '2018-03-12T17:00:00Z' };
const odd: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  '',
  'a b',
  'x',
  'x'.repeat(101),
  [],
  {},
  '2013-02-30T00:00:00Z',
];

const isTaken = (given: unknown): boolean => {
  try {
    readAs(LikeBatchItem, given);
    return true;
  } catch {
    return false;
  }
};

it('takes likes as clients send them', () => {
  const { postId, userId } = like;
  for (const given of [like, { postId, userId }, { ...like, liked: false }])
    expect([given, isPlainLike(given)]).toEqual([given, true]);
});

it('takes nothing that a close look would refuse', () => {
  const likes = [...Object.keys(like), 'other', 'constructor'].flatMap((field) =>
    odd.map((value) => ({ ...like, [field]: value })),
  );
  const named = [JSON.parse('{"postId":"p","userId":"u","__proto__":{}}') as unknown, [like], ...odd];
  for (const given of [...likes, ...named])
    if (isPlainLike(given)) expect([given, isTaken(given)]).toEqual([given, true]);
  expect(named.filter(isPlainLike)).toEqual([]);
});
