/**
 * What trends, from the topics alone: likes and comments are counted for each post in hours that begin every ten minutes, by event time;
 * what a post has come to in an hour goes to where all posts of the hour meet, and the first twenty become a row of `trending_posts`.
 *
 * A user's likes of a post within an hour of the clock are one, however often they are sent or taken back in between; so is a comment. A
 * like that is taken back has been attention all the same, and stays counted. An event may be ten minutes late. An hour is remembered for a
 * week of event time; then its row is deleted.
 */
import { createHash } from 'node:crypto';
import { commentAdded, postsTrended, topics, type PostsTrended, type TopicEvent } from '@headwater/contracts';
import {
  contractTopic,
  hopping,
  jsonCodec,
  StreamsBuilder,
  stringCodec,
  tumbling,
  type ContractCodec,
  type Topology,
} from '@headwater/streams';
import {
  addSignal,
  noCounts,
  scoreAtEnd,
  windowMs,
  windowStepMs,
  type Signal,
  type TrendCounts,
} from './trend-counts.ts';
import { withStanding, type Standing } from './trend-list.ts';

const graceMs = 600_000;
const keptMs = 7 * 24 * 3_600_000;

/** A post's standing, on its way to its hour. */
interface StandingInWindow extends Standing {
  readonly endMs: number;
}

interface WindowList {
  readonly endMs: number;
  readonly list: readonly Standing[];
}

export function trendingTopology(codec: ContractCodec): Topology {
  const timestampMs = ({ value }: { readonly value: { readonly occurredAt: Date } }): number =>
    value.occurredAt.getTime();
  const likes = contractTopic(topics.likes, codec, { timestampMs });
  const comments = contractTopic(topics.comments, codec, { timestampMs });
  const trending = contractTopic(topics.trendingPosts, codec);
  const builder = new StreamsBuilder('social-feed-trending');
  const hours = tumbling({ sizeMs: windowMs, graceMs });
  const liked = builder
    .stream(likes)
    .filter(({ value }) => value.liked)
    .groupByKey()
    .windowedBy(hours)
    .distinct({ name: 'likers', by: ({ value }) => value.userId })
    .mapValues(({ value }): Signal => ({ kind: 'like', atMs: value.occurredAt.getTime() }));
  const commented = builder
    .stream(comments)
    .filter(({ name }) => name === commentAdded.name)
    .groupByKey()
    .windowedBy(hours)
    .distinct({ name: 'comments', by: ({ value }) => value.commentId })
    .mapValues(({ value }): Signal => ({ kind: 'comment', atMs: value.occurredAt.getTime() }));
  liked
    .merge(commented)
    .groupByKey()
    .windowedBy(hopping({ sizeMs: windowMs, advanceMs: windowStepMs, graceMs }))
    .aggregate({ name: 'counts', codec: jsonCodec<TrendCounts>(), initial: noCounts, add: addSignal, emit: 'updates' })
    .mapValues((counts, window): StandingInWindow => {
      const { likes: given, comments: added, newestMs } = counts;
      const { key: postId, endMs } = window;
      return { postId, score: scoreAtEnd(counts, window), likes: given, comments: added, newestMs, endMs };
    })
    .through('standings', {
      key: ({ endMs }) => new Date(endMs).toISOString(),
      keyCodec: stringCodec,
      valueCodec: jsonCodec<StandingInWindow>(),
    })
    .groupByKey()
    .remember<WindowList, TopicEvent<typeof topics.trendingPosts> | null>({
      name: 'lists',
      codec: jsonCodec<WindowList>(),
      meet: (remembered, { endMs, ...standing }, _timestampMs, tell) => {
        const before = remembered?.state ?? { endMs, list: [] };
        const list = withStanding(before.list, standing);
        if (list === before.list && remembered) return remembered;
        tell({ name: postsTrended.name, value: trendedOf(endMs, list) });
        return { state: { endMs, list }, untilMs: endMs + keptMs };
      },
      over: (_state, tell) => tell(null),
    })
    .to(trending);
  return builder.build();
}

function trendedOf(endMs: number, list: readonly Standing[]): PostsTrended {
  const window = new Date(endMs).toISOString();
  const posts = list.map(({ postId, score, likes, comments }) => ({ postId, score, likes, comments }));
  // The same list is the same event, however often it is made.
  const content = createHash('sha256').update(JSON.stringify(posts)).digest('base64url').slice(0, 16);
  return {
    eventId: `${window}:${content}`,
    window,
    windowStart: new Date(endMs - windowMs),
    windowEnd: new Date(endMs),
    posts,
    occurredAt: new Date(Math.max(...list.map(({ newestMs }) => newestMs))),
  };
}
