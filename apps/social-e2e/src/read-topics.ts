/** Reads what the topics of MySocialMedia hold after a replay. */
import { topics } from '@headwater/contracts';
import { TopicReader, type ReadMessage, type TopicSource } from '@headwater/testkit';
import { type Recording } from './recording.ts';
import { type CommentMessage, type LikeMessage, type PostMessage, type TopicContents } from './topic-rules.ts';

const READ_DEADLINE_MS = 30_000;

/** Reads until as many different events are there as were recorded; when they do not come, what there is. */
export async function readTopics(source: TopicSource, recording: Recording): Promise<TopicContents> {
  await using reader = await TopicReader.start(source, [topics.posts, topics.likes, topics.comments]);
  const recorded = [...recording.posts.values()];
  const likeCount = recorded.reduce((total, { voteIds }) => total + voteIds.length, 0);
  const commentCount = recorded.reduce((total, { commentIds }) => total + commentIds.length, 0);
  return {
    posts: await readEvents<PostMessage>(reader, 'posts', recorded.length),
    likes: await readEvents<LikeMessage>(reader, 'likes', likeCount),
    comments: await readEvents<CommentMessage>(reader, 'comments', commentCount),
  };
}

async function readEvents<Message extends ReadMessage<{ readonly eventId: string }>>(
  reader: TopicReader,
  name: 'posts' | 'likes' | 'comments',
  events: number,
): Promise<readonly Message[]> {
  const deadlineMs = performance.now() + READ_DEADLINE_MS;
  for (;;) {
    const messages = reader.seen<Message['value']>(topics[name], () => true) as Message[];
    const missing = events - new Set(messages.map(({ value }) => value.eventId)).size;
    const leftMs = deadlineMs - performance.now();
    if (missing <= 0 || leftMs <= 0) return messages;
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, leftMs).unref());
    await Promise.race([reader.take(topics[name], () => true, messages.length + missing), deadline]);
  }
}
