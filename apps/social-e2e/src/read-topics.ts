/** Reads what the topics of MySocialMedia hold after a replay. */
import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { TopicReader, type ReadMessage, type TopicSource } from '@headwater/testkit';
import { type Recording } from './recording.ts';
import { type CommentMessage, type LikeMessage, type PostMessage, type TopicContents } from './topic-rules.ts';

/** Reading ends when nothing new came for so long. */
const PATIENCE_MS = 45_000;

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
  for (let before = -1; ;) {
    const messages = reader.seen<Message['value']>(topics[name], () => true) as Message[];
    const missing = events - new Set(messages.map(({ value }) => value.eventId)).size;
    if (missing > 0 && messages.length === before) tellHowFar(name, messages);
    if (missing <= 0 || messages.length === before) return messages;
    before = messages.length;
    const patience = new AbortController();
    const silence = delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([reader.take(topics[name], () => true, messages.length + missing), silence]);
    patience.abort();
  }
}

/** Tells what was lost from what was not read. */
function tellHowFar(name: string, messages: readonly ReadMessage[]): void {
  const byPartition = Map.groupBy(messages, ({ partition }) => partition);
  const lines = [...byPartition].map(([partition, of]) => `partition ${partition} up to offset ${of.at(-1)?.offset}`);
  process.stderr.write(`${name}: nothing new for ${PATIENCE_MS / 1000} s; read ${lines.join(', ')}\n`);
}
