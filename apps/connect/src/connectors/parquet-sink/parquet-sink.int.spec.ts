import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { likeChanged, postDeleted, postPublished } from '@headwater/contracts';
import { placesOf, readTopic, type LakeRow } from '../../../fixtures/lake-rows.ts';
import { eventValue, framed, SinkStage } from '../../../fixtures/sink-stage.ts';

let stage: SinkStage;
beforeAll(async () => {
  stage = await SinkStage.start();
}, 60_000);
afterAll(() => stage[Symbol.asyncDispose](), 60_000);

const day = (text: string): number => Date.parse(`${text}T12:00:00.000Z`);

/** Waits until so many rows of a topic are in the lake. */
async function untilRows(topic: string, count: number): Promise<LakeRow[]> {
  for (;;) {
    const rows = (await readTopic(stage.lake, topic)).flatMap((file) => file.rows);
    if (rows.length >= count) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const like = (number: number, occurredAt = new Date(day('2026-03-01'))): object => ({
  eventId: `like-${number}`,
  postId: `post-${number % 5}`,
  userId: `user-${number}`,
  liked: number % 2 === 0,
  occurredAt,
});

describe('a Parquet sink', () => {
  it('writes each record once, with its place, key, headers and fields, under its day', async () => {
    const topic = await stage.createTopic('likes', 3);
    const schemaId = await stage.register(topic, likeChanged.schema);
    const days = ['2026-03-01', '2026-03-02', '2026-02-27'];
    await stage.write(
      topic,
      Array.from({ length: 90 }, (_, number) => ({
        key: `post-${number % 5}`,
        value: eventValue(schemaId, likeChanged, like(number)),
        partition: number % 3,
        timestampMs: day(days[Math.floor(number / 3) % 3]!),
        headers: { 'message-id': `like-${number}`, twice: ['one', 'other'] },
      })),
    );
    const sink = stage.startSink({ topics: topic });
    await untilRows(topic, 90);
    await sink.stop();
    const files = await readTopic(stage.lake, topic);
    expect(placesOf(files)).toEqual(
      [0, 1, 2].flatMap((partition) => Array.from({ length: 30 }, (_, at) => `${partition}/${at}`)),
    );
    for (const { path, rows } of files) {
      const [, date, partition, first, last] = /^date=([\d-]+)\/.*-(\d+)-(\d+)-(\d+)\.parquet$/.exec(path)!;
      for (const row of rows) {
        expect((row['_timestamp'] as Date).toISOString().slice(0, 10)).toBe(date);
        expect(row._partition).toBe(Number(partition));
        expect(Number(row._offset)).toBeGreaterThanOrEqual(Number(first));
        expect(Number(row._offset)).toBeLessThanOrEqual(Number(last));
      }
    }
    const row = files.flatMap(({ rows }) => rows).find(({ eventId }) => eventId === 'like-7')!;
    expect(row).toMatchObject({
      _key: 'post-2',
      _key_bytes: null,
      _tombstone: false,
      _event: 'headwater.social.LikeChanged',
      _schema_id: schemaId,
      _value: null,
      _error: null,
      postId: 'post-2',
      userId: 'user-7',
      liked: false,
      occurredAt: new Date(day('2026-03-01')),
    });
    console.log(row);
  });
});
void postDeleted;
void postPublished;
void framed;
