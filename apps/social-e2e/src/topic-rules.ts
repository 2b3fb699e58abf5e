/**
 * What the topics of MySocialMedia must hold after a replay, whatever was killed meanwhile.
 *
 * Delivery is at least once, so an event may be there twice, as the same event; the inbox drops the second. Its first
 * occurrences must be complete, none invented, and in the order of each post.
 */
import { type commentAdded, type EventValue, type likeChanged, type postPublished } from '@headwater/contracts';
import { type ReadMessage } from '@headwater/testkit';
import { type Recording } from './recording.ts';

export type PostMessage = ReadMessage<EventValue<typeof postPublished>>;
export type LikeMessage = ReadMessage<EventValue<typeof likeChanged>>;
export type CommentMessage = ReadMessage<EventValue<typeof commentAdded>>;

/** The records of the three topics, each partition in its order. */
export interface TopicContents {
  readonly posts: readonly PostMessage[];
  readonly likes: readonly LikeMessage[];
  readonly comments: readonly CommentMessage[];
}

/** What is wrong, one line each; none when the rules hold. */
export interface TopicFindings {
  readonly problems: readonly string[];
  /** Records that repeat an earlier one. */
  readonly duplicates: number;
}

/** Compares what the topics hold with what was recorded. */
export function checkTopics(contents: TopicContents, recording: Recording): TopicFindings {
  const posts = firstOccurrences('posts', contents.posts);
  const likes = firstOccurrences('likes', contents.likes);
  const comments = firstOccurrences('comments', contents.comments);
  const problems = [...posts.problems, ...likes.problems, ...comments.problems];
  const recorded = [...recording.posts];

  const postIds = posts.events.map(({ postId }) => postId);
  problems.push(...compare('posts', 'the topic', recorded.map(([id]) => id).toSorted(), postIds.toSorted()));
  const likesOf = Map.groupBy(likes.events, ({ postId }) => postId);
  const commentsOf = Map.groupBy(comments.events, ({ postId }) => postId);
  for (const [postId, { voteIds, commentIds }] of recorded) {
    const voters = (likesOf.get(postId) ?? []).map(({ userId }) => userId.replace(/^voter-/, ''));
    problems.push(...compare('likes', `post ${postId}`, voteIds, voters));
    const ids = (commentsOf.get(postId) ?? []).map(({ commentId }) => commentId);
    problems.push(...compare('comments', `post ${postId}`, commentIds, ids));
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
  const repeated = actual.filter((id, index) => actual.indexOf(id) !== index);
  if (repeated.length > 0) return [`${what} of ${where}: several events for ${repeated.slice(0, 5).join(', ')}`];
  const at = actual.findIndex((id, index) => id !== expected[index]);
  return at === -1 ? [] : [`${what} of ${where}: out of order at ${at}: ${actual[at]} instead of ${expected[at]}`];
}
