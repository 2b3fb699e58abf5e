/**
 * What the topics of MySocialMedia must hold after a replay, whatever was killed meanwhile.
 *
 * Delivery is at least once, so an event may be there twice, as the same event; the inbox drops the second. Its first
 * occurrences must be complete, none invented, and in the order of each post.
 */
import { type commentAdded, type likeChanged, type postPublished, topics, type EventValue } from '@headwater/contracts';
import { TopicReader, type ReadMessage, type TopicSource } from '@headwater/testkit';
import { type Recording } from './recording.ts';

/** What is wrong, one line each; empty when the rules hold. */
export interface TopicFindings {
  readonly problems: readonly string[];
  /** Records that repeat an earlier one. */
  readonly duplicates: number;
}

type Post = EventValue<typeof postPublished>;
type Like = EventValue<typeof likeChanged>;
type Comment = EventValue<typeof commentAdded>;

/** Reads the three topics from their beginning and checks them. */
export async function checkTopics(source: TopicSource, recording: Recording): Promise<TopicFindings> {
  await using reader = await TopicReader.start(source, [topics.posts, topics.likes, topics.comments]);
  const expected = [...recording.posts];
  const likeCount = sum(expected.map(([, post]) => post.voteIds.length));
  const commentCount = sum(expected.map(([, post]) => post.commentIds.length));
  const posts = await readEvents<Post>(reader, 'posts', expected.length);
  const likes = await readEvents<Like>(reader, 'likes', likeCount);
  const comments = await readEvents<Comment>(reader, 'comments', commentCount);

  const problems = [...posts.problems, ...likes.problems, ...comments.problems];
  const postIds = posts.events.map(({ postId }) => postId);
  problems.push(...compare('posts', 'the topic', expected.map(([id]) => id).toSorted(), postIds.toSorted()));
  const likesOf = Map.groupBy(likes.events, ({ postId }) => postId);
  const commentsOf = Map.groupBy(comments.events, ({ postId }) => postId);
  for (const [postId, { voteIds, commentIds }] of expected) {
    const voters = (likesOf.get(postId) ?? []).map(({ userId }) => userId.replace(/^voter-/, ''));
    problems.push(...compare('likes', `post ${postId}`, voteIds, voters));
    const comments = (commentsOf.get(postId) ?? []).map(({ commentId }) => commentId);
    problems.push(...compare('comments', `post ${postId}`, commentIds, comments));
  }
  return { problems, duplicates: posts.duplicates + likes.duplicates + comments.duplicates };
}

/** A topic's events in the order of their first occurrence. */
interface TopicEvents<Value> {
  readonly events: readonly Value[];
  readonly duplicates: number;
  /** Repetitions that are not the same event. */
  readonly problems: readonly string[];
}

const READ_DEADLINE_MS = 30_000;

/** Reads until so many different events are there; when they do not come, the comparison names what is missing. */
async function readEvents<Value extends { readonly eventId: string }>(
  reader: TopicReader,
  name: 'posts' | 'likes' | 'comments',
  events: number,
): Promise<TopicEvents<Value>> {
  const deadlineMs = performance.now() + READ_DEADLINE_MS;
  for (;;) {
    const messages = reader.seen<Value>(topics[name], () => true);
    const missing = events - new Set(messages.map(({ value }) => value.eventId)).size;
    const leftMs = deadlineMs - performance.now();
    if (missing <= 0 || leftMs <= 0) return firstOccurrences(name, messages);
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, leftMs).unref());
    await Promise.race([reader.take<Value>(topics[name], () => true, messages.length + missing), deadline]);
  }
}

function firstOccurrences<Value extends { readonly eventId: string }>(
  name: string,
  messages: readonly ReadMessage<Value>[],
): TopicEvents<Value> {
  const first = new Map<string, ReadMessage<Value>>();
  const problems: string[] = [];
  for (const message of messages) {
    const { value, offset, partition } = message;
    const earlier = first.get(value.eventId);
    if (!earlier) first.set(value.eventId, message);
    else if (JSON.stringify(earlier.value) !== JSON.stringify(value) || earlier.partition !== partition)
      problems.push(`${name}: offset ${offset} repeats event ${value.eventId} with another content`);
  }
  const events = [...first.values()].map(({ value }) => value);
  return { events, duplicates: messages.length - events.length, problems };
}

function compare(what: string, where: string, expected: readonly string[], actual: readonly string[]): string[] {
  const missing = expected.filter((id) => !actual.includes(id));
  const invented = actual.filter((id) => !expected.includes(id));
  if (missing.length > 0) return [`${what} of ${where}: lost ${missing.slice(0, 5).join(', ')} (${missing.length})`];
  if (invented.length > 0)
    return [`${what} of ${where}: not recorded ${invented.slice(0, 5).join(', ')} (${invented.length})`];
  const at = actual.findIndex((id, index) => id !== expected[index]);
  if (at === -1 && actual.length === expected.length) return [];
  if (at === -1) return [`${what} of ${where}: ${actual.length} instead of ${expected.length}`];
  return [`${what} of ${where}: out of order at ${at}: ${actual[at]} instead of ${expected[at]}`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
