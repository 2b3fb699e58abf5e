/** A quick look at items of a batch of likes: what passes is what `readAs` would take, what does not is given to it. */
import { isPlainId, isPlainMoment } from '@headwater/service-kit';
import { type LikeBatchItem } from './like.requests.ts';

const fields: ReadonlySet<string> = new Set(['postId', 'userId', 'liked', 'occurredAt']);

export function isPlainLike(given: unknown): given is LikeBatchItem {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  for (const field in given) if (!fields.has(field)) return false;
  const { postId, userId, liked, occurredAt } = given as Record<string, unknown>;
  return (
    isPlainId(postId) &&
    isPlainId(userId) &&
    (liked === undefined || typeof liked === 'boolean') &&
    (occurredAt === undefined || isPlainMoment(occurredAt))
  );
}
