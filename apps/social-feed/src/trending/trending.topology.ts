/**
 * What trends, from the topics alone: likes and comments are counted for each post in hours that begin every ten minutes, by event time;
 * of the posts of a partition that came further, the first twenty of each hour go to where all posts of the hour meet, and the first twenty
 * of those become a row of `trending_posts`.
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
  trendCountsCodec,
  windowMs,
  windowStepMs,
  type Signal,
} from './trend-counts.ts';
import { withStanding, type Standing } from './trend-list.ts';

const graceMs = 600_000;
const keptMs = 7 * 24 * 3_600_000;

/** The first of an hour, in their order. */
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
    .aggregate({ name: 'hours', codec: trendCountsCodec, initial: noCounts, add: addSignal, emit: 'updates' })
    .mapValues((counts, window): WindowList => {
      const { likes: given, comments: added, newestMs } = counts;
      const { key: postId, endMs } = window;
      const standing = { postId, score: scoreAtEnd(counts, window), likes: given, comments: added, newestMs };
      return { endMs, list: [standing] };
    })
    // Who is behind twenty others that came further at the same time is on no list now, whatever other partitions say.
    .saltedAggregate<number, WindowList>({
      keys: ({ endMs }) => endMs,
      add: (list, more) => (list ? withAll(list, more) : more),
    })
    .through('leaders', {
      key: ({ endMs }) => new Date(endMs).toISOString(),
      keyCodec: stringCodec,
      valueCodec: jsonCodec<WindowList>(),
    })
    .groupByKey()
    .remember<WindowList, TopicEvent<typeof topics.trendingPosts> | null>({
      name: 'lists',
      codec: jsonCodec<WindowList>(),
      meet: (remembered, leaders, _timestampMs, tell) => {
        const state = remembered ? withAll(remembered.state, leaders) : leaders;
        if (state === remembered?.state) return remembered;
        const { endMs, list } = state;
        tell({ name: postsTrended.name, value: trendedOf(endMs, list) });
        return { state, untilMs: endMs + keptMs };
      },
      over: (_state, tell) => tell(null),
    })
    .to(trending);
  return builder.build();
}

/** The very same list when nothing changes. */
function withAll(window: WindowList, { list: standings }: WindowList): WindowList {
  const list = standings.reduce(withStanding, window.list);
  return list === window.list ? window : { ...window, list };
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
