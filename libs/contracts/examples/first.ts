import { likeChanged, topics, type LikeChanged } from '@headwater/contracts';

const like: LikeChanged = {
  eventId: 'e1',
  postId: 'p1',
  userId: 'ann',
  liked: true,
  occurredAt: new Date('2026-11-21T12:00:00Z'),
};
const body = likeChanged.encode(like); // Avro's binary encoding
console.log(`${body.length} bytes, key ${topics.likes.keyOf(like)}, subject ${topics.likes.subjectOf(likeChanged)}`);
console.log(likeChanged.decode(body).occurredAt.toISOString());

try {
  likeChanged.encode({ ...like, liked: 'yes' as never });
} catch (error) {
  console.log((error as Error).message);
}
