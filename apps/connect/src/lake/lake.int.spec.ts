/** From topics through the sink into the lake and out of its API: real votes, every saved query, and whether the layers agree. */
import fs from 'node:fs';
import path from 'node:path';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  commentAdded,
  followChanged,
  largeTransactionDetected,
  likeChanged,
  postPublished,
  postWithCounts,
  recommendationsChanged,
  showDescribed,
  showPosition,
  topics,
  transactionChange,
  userSettings,
  type EventContract,
  type TopicContract,
} from '@headwater/contracts';
import { EventCodec, MessageProducer, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { describeUnless } from '@headwater/testkit/absence';
import { SinkStage, type RunningSink } from '../../fixtures/sink-stage.ts';
import { LakeConfig } from './lake-config.ts';
import { LakeModule } from './lake.module.ts';

jest.setTimeout(120_000);

const root = path.resolve(import.meta.dirname, '../../../..');
const votesFile = path.resolve(root, '../shared/data/stackexchange-quantumcomputing-2018/votes.ndjson');

@Module({ imports: [LakeModule] })
class LakeOnlyModule {}

let stage: SinkStage;
let service: RunningService;
let producer: MessageProducer;
let sink: RunningSink;
const all = Object.values(topics) as TopicContract[];

beforeAll(async () => {
  stage = await SinkStage.start();
  await new TopicSetup(stage.client).ensure(all);
  const codec = new EventCodec(stage.broker.registryUrl);
  await codec.register(all);
  producer = new MessageProducer(stage.client, codec);
  sink = stage.startSink({ topics: all.map(({ name }) => name).join(), 'flush.interval.ms': '200' });
  const environment = {
    PORT: '0',
    LOG_LEVEL: 'fatal',
    LAKE_URL: stage.lake,
    QUERIES_FOLDER: path.join(root, 'queries'),
    QUERY_TIME_LIMIT_MS: '60000',
  };
  service = await startService(LakeOnlyModule, {
    name: 'lake',
    description: 'The lake.',
    configs: [LakeConfig],
    environment,
  });
}, 120_000);
afterAll(async () => {
  await sink.stop();
  await producer.close();
  await service.close();
  await stage[Symbol.asyncDispose]();
}, 120_000);

// Each test knows what its route answers.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
async function get<Answer>(route: string): Promise<{ status: number; body: Answer }> {
  const response = await fetch(service.url + route);
  return { status: response.status, body: (await response.json()) as Answer };
}

const query = (sql: string): Promise<{ status: number; body: { rows: unknown[][] } & Record<string, unknown> }> =>
  get(`/query?sql=${encodeURIComponent(sql)}`);

/** Writes an event, and resolves when the broker has it. */
const send = (topic: TopicContract, event: EventContract, value: object): Promise<void> =>
  producer.send(topic as never, event as never, value as never);

/** Waits until the lake reaches as far as the topics do. */
async function untilCaughtUp(): Promise<void> {
  for (;;) {
    const { body } = await get<{ tables: { topic: string; nextOffsets: Record<string, number> }[] }>('/lake');
    const reached = new Map(body.tables.map(({ topic, nextOffsets }) => [topic, nextOffsets]));
    let behind = 0;
    for (const { name, partitions } of all)
      (await stage.endOffsets(name, partitions)).forEach((end, partition) => {
        if ((reached.get(name)?.[partition] ?? 0) < end) behind++;
      });
    if (behind === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const occurredAt = new Date('2026-03-01T12:00:00.000Z');

interface Vote {
  readonly Id: string;
  readonly PostId: string;
  readonly VoteTypeId: string;
  readonly CreationDate: string;
}

describe('a lake that nothing has come into', () => {
  it('says of a saved query and of a comparison that there is nothing yet, which is nobody’s mistake', async () => {
    const skipped = 'nothing of follows is in the lake yet';
    const result = await get('/queries/latest-followers/result');
    expect([result.status, result.body]).toEqual([200, expect.objectContaining({ answer: null, skipped })]);
    const { comparisons } = (await get<AgreementAnswer>('/agreement')).body;
    expect(comparisons.map((each) => each['skipped'])).toEqual(
      comparisons.map(() => expect.stringMatching(/^nothing of \w+ is in the lake yet$/)),
    );
    expect((await query('SELECT userId FROM follows')).status).toBe(400);
  });
});

describeUnless(
  fs.existsSync(votesFile) ? undefined : 'the recorded votes are not in ../shared/data',
  'votes of Stack Exchange as likes',
  () => {
    it('come out of the lake as a plain script counts them', async () => {
      const votes = fs
        .readFileSync(votesFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Vote)
        .filter(({ VoteTypeId: type }) => type === '2');
      await Promise.all(
        votes.map((vote) =>
          send(topics.likes, likeChanged, {
            eventId: vote.Id,
            postId: `se-${vote.PostId}`,
            userId: `voter-${vote.Id}`,
            liked: true,
            occurredAt: new Date(`${vote.CreationDate}Z`),
          }),
        ),
      );
      await untilCaughtUp();
      const expected = new Map<string, number>();
      for (const { PostId: post } of votes) expected.set(`se-${post}`, (expected.get(`se-${post}`) ?? 0) + 1);
      const { body } = await query(
        "SELECT postId, count(*) FROM likes WHERE postId LIKE 'se-%' GROUP BY postId ORDER BY postId",
      );
      expect(new Map(body.rows as [string, number][])).toEqual(expected);
    });
  },
);

const post = { eventId: 'p1', postId: 'post-1', userId: 'ada', authorName: null, text: 'Hello', occurredAt };
const plain = { title: null, kind: 'plain', parentPostId: null, sourceUrl: null };
const totals = (likes: number): object => {
  const { occurredAt: publishedAt, ...rest } = post;
  const { sourceUrl: _, ...kind } = plain;
  return { ...rest, ...kind, eventId: `t${likes}`, likes, comments: 1, revision: likes, publishedAt, occurredAt };
};

const position = {
  eventId: 'sp',
  userId: 'ada',
  showId: 's1',
  positionSeconds: 50,
  durationSeconds: 90,
  deviceId: 'tv',
  finished: false,
  occurredAt,
};

const follow = { eventId: 'f', userId: 'bob', followedId: 'ada', following: true, occurredAt };

/** One user of every case, so that each topic has rows. */
async function sendOfEach(): Promise<void> {
  const row = {
    transaction_id: 't1',
    account_id: 'a1',
    user_id: 'ada',
    currency: 'GBP',
    amount: '-250.00',
    counterparty: 'Shop',
    description: 'Things',
    booked_at: '2026-03-01T12:00:00.000000Z',
    recorded_at: '2026-03-01T12:00:00.000000Z',
  };
  const source = {
    version: '1',
    connector: 'postgresql',
    name: 'l',
    ts_ms: 0,
    snapshot: null,
    db: 'd',
    sequence: null,
  };
  const place = { schema: 'public', table: 'transactions', txId: 1, lsn: 1 };
  const threshold = { thresholdId: 'th', accountId: 'a1', amount: '100.00', currency: 'GBP', inForceFrom: new Date(0) };
  const alert = {
    eventId: 'al',
    userId: 'ada',
    accountId: 'a1',
    transactionId: 't1',
    amount: '250.00',
    currency: 'GBP',
  };
  const details = { counterparty: 'Shop', description: 'Things', thresholdId: 'th', thresholdAmount: '100.00' };
  await Promise.all([
    send(topics.posts, postPublished, { ...post, ...plain }),
    send(topics.likes, likeChanged, { eventId: 'l1', postId: 'post-1', userId: 'bob', liked: true, occurredAt }),
    send(topics.follows, followChanged, follow),
    send(topics.comments, commentAdded, { ...post, eventId: 'c1', commentId: 'c1', userId: 'bob' }),
    send(topics.postsWithCounts, postWithCounts, totals(1)),
    send(topics.shows, showDescribed, {
      eventId: 's',
      showId: 's1',
      title: 'Show',
      year: 2020,
      genres: ['x'],
      occurredAt,
    }),
    send(topics.showPosition, showPosition, position),
    send(topics.recommendations, recommendationsChanged, { eventId: 'r', userId: 'ada', items: [], occurredAt }),
    send(topics.bankTransactions, transactionChange, {
      before: null,
      after: row,
      source: { ...source, ...place },
      op: 'c',
      ts_ms: null,
    }),
    send(topics.userSettings, userSettings, {
      eventId: 'us',
      userId: 'ada',
      thresholds: [{ ...threshold, inForceUntil: null }],
      occurredAt,
    }),
    send(topics.userAlerts, largeTransactionDetected, { ...alert, ...details, occurredAt, detectedAt: occurredAt }),
  ]);
  await untilCaughtUp();
}

interface AgreementAnswer {
  readonly agreed: boolean;
  readonly comparisons: readonly Record<string, unknown>[];
}

describe('the API of the lake', () => {
  beforeAll(sendOfEach, 120_000);

  it('lists what is there', async () => {
    const { body } = await get<{ location: string; tables: { topic: string }[] }>('/lake');
    expect(body.location).toBe(stage.lake);
    // What nobody has written to has no table.
    expect(body.tables.map(({ topic }) => topic)).toEqual([
      'bank_transactions',
      'comments',
      'follows',
      'likes',
      'posts',
      'posts_with_counts',
      'recommendations',
      'show_position',
      'shows',
      'user_alerts',
      'user_settings',
    ]);
  });

  it('answers every saved query, with the columns that its chart names', async () => {
    const { body } = await get<{ queries: { name: string; chart: { x: string; y: string[] } | null }[] }>('/queries');
    expect(body.queries.length).toBeGreaterThan(0);
    for (const { name, chart } of body.queries) {
      const result = await get<{ answer: { columns: { name: string }[]; rows: unknown[] } }>(`/queries/${name}/result`);
      expect([name, result.status]).toEqual([name, 200]);
      expect([name, result.body.answer.rows.length > 0]).toEqual([name, true]);
      const columns = result.body.answer.columns.map((column) => column.name);
      expect(columns).toEqual(expect.arrayContaining(chart ? [chart.x, ...chart.y] : []));
    }
  });

  it('says that the layers agree, and where they do not', async () => {
    const agreed = await get<AgreementAnswer>('/agreement?settleMs=0');
    expect(agreed.body).toMatchObject({
      agreed: true,
      comparisons: [
        { name: 'agreement-alerts', keys: 1, agreed: 1, differing: 0, skipped: null },
        { name: 'agreement-positions', keys: 1, agreed: 1, differing: 0, skipped: null },
        { name: 'agreement-post-totals', keys: 1, agreed: 1, differing: 0, skipped: null },
      ],
    });
    await send(topics.postsWithCounts, postWithCounts, totals(7));
    // An older report that lies behind the newest: what a restored table would hold.
    await send(topics.showPosition, showPosition, {
      ...position,
      positionSeconds: 10,
      occurredAt: new Date(occurredAt.getTime() - 1),
    });
    await untilCaughtUp();
    const differing = await get<AgreementAnswer>('/agreement?settleMs=0');
    expect(differing.body.agreed).toBe(false);
    expect(differing.body.comparisons.slice(1)).toMatchObject([
      { differing: 1, differences: [{ key: 'ada|s1' }] },
      { differing: 1, differences: [{ key: 'post-1' }] },
    ]);
    // Nobody can know yet whether the difference stays.
    const moving = await get<AgreementAnswer>('/agreement?settleMs=3600000');
    expect(moving.body.comparisons.slice(1)).toMatchObject([
      { moving: 1, differing: 0 },
      { moving: 1, differing: 0 },
    ]);
  });

  it('answers mistakes as problems that name their place', async () => {
    const wrong = await query('SELECT postId,\n  nothing FROM likes');
    expect([wrong.status, wrong.body]).toEqual([
      400,
      expect.objectContaining({ type: 'urn:problem-type:headwater:query-invalid', line: 2, column: 3, position: 17 }),
    ]);
    expect((await query('DELETE FROM likes')).body).toMatchObject({
      status: 400,
      type: expect.stringMatching(/not-allowed$/),
    });
    expect((await get('/query')).status).toBe(400);
    expect((await get('/queries/none')).status).toBe(404);
    expect((await get('/agreement?settleMs=x')).status).toBe(400);
  });
});
