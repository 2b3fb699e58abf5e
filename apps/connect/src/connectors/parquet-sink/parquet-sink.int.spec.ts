import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defineEvent, likeChanged } from '@headwater/contracts';
import { parquetFiles, placesOf, readTopic, type LakeRow } from '../../../fixtures/lake-rows.ts';
import { s3Keys, startS3 } from '../../../fixtures/s3-server.ts';
import { eventValue, framed, SinkStage } from '../../../fixtures/sink-stage.ts';
import { openLakeStore, type LakeLocation } from '../../lake/index.ts';
import { LakeQueries } from '../../lake/query/index.ts';
import { parquetSink } from './index.ts';

jest.setTimeout(120_000);

let stage: SinkStage;
beforeAll(async () => {
  stage = await SinkStage.start();
});
afterAll(() => stage[Symbol.asyncDispose]());

const day = (text: string): number => Date.parse(`${text}T12:00:00.000Z`);

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits until so many rows of a topic are in the lake. */
async function untilRows(topic: string, count: number): Promise<LakeRow[]> {
  let rows: LakeRow[] = [];
  await until(async () => {
    rows = (await readTopic(stage.lake, topic)).flatMap((file) => file.rows);
    return rows.length >= count;
  });
  return rows;
}

/** Waits until a file's name claims an offset of partition 0. */
const untilClaimed = (topic: string, offset: number): Promise<void> =>
  until(() => Promise.resolve(parquetFiles(stage.lake, topic).some((name) => name.endsWith(`-${offset}.parquet`))));

const queriesOf = (lake: string | LakeLocation): LakeQueries =>
  new LakeQueries(openLakeStore(typeof lake === 'string' ? { url: lake } : lake), {
    concurrency: 1,
    maxReadBytes: Infinity,
    limits: { timeMs: 60_000, memoryBytes: 134_217_728, rows: 1_000, answerBytes: 1_000_000 },
  });

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
  });

  it('keeps tombstones, and values that nobody can read, as rows that say so', async () => {
    const topic = await stage.createTopic('odd', 1);
    const schemaId = await stage.register(topic, likeChanged.schema);
    const whole = eventValue(schemaId, likeChanged, like(1));
    const key = Buffer.from([0xff, 0x01]);
    await stage.write(topic, [
      { key: 'gone', value: null, partition: 0 },
      { key, value: Buffer.from('{"plain": "json"}'), partition: 0 },
      { key: null, value: framed(999_999, Buffer.from('x')), partition: 0 },
      { key: null, value: whole.subarray(0, whole.length - 1), partition: 0 },
      { key: null, value: whole, partition: 0 },
    ]);
    const sink = stage.startSink({ topics: topic });
    const rows = await untilRows(topic, 5);
    await sink.stop();
    const noEvent = { _event: null, eventId: null };
    expect(rows.map((row) => ({ ...row, _error: typeof row['_error'] }))).toEqual([
      expect.objectContaining({ ...noEvent, _key: 'gone', _tombstone: true, _value: null, _error: 'object' }),
      expect.objectContaining({
        ...noEvent,
        _key: null,
        _key_bytes: new Uint8Array(key),
        _tombstone: false,
        _value: new Uint8Array(Buffer.from('{"plain": "json"}')),
        _error: 'string',
      }),
      expect.objectContaining({ ...noEvent, _schema_id: 999_999, _error: 'string' }),
      expect.objectContaining({ ...noEvent, _schema_id: schemaId, _error: 'string' }),
      expect.objectContaining({
        _event: 'headwater.social.LikeChanged',
        eventId: 'like-1',
        _value: null,
        _error: 'object',
      }),
    ]);
  });

  it('goes on where its files end, whatever the group says, and writes nothing twice', async () => {
    const topic = await stage.createTopic('resumed', 2);
    const schemaId = await stage.register(topic, likeChanged.schema);
    const write = (from: number, to: number): Promise<void> =>
      stage.write(
        topic,
        Array.from({ length: to - from }, (_, at) => ({
          key: 'post',
          value: eventValue(schemaId, likeChanged, like(from + at)),
          partition: (from + at) % 2,
          timestampMs: day(at % 3 === 0 ? '2026-03-01' : '2026-03-02'),
        })),
      );
    for (let round = 0; round < 3; round++) {
      await write(round * 20, (round + 1) * 20);
      const sink = stage.startSink({ topics: topic });
      await untilRows(topic, (round + 1) * 20);
      await sink.stop();
    }
    const files = await readTopic(stage.lake, topic);
    expect(placesOf(files)).toEqual(
      [0, 1].flatMap((partition) => Array.from({ length: 30 }, (_, at) => `${partition}/${at}`)),
    );
  });

  it('reads schemas that evolved, over files of every age', async () => {
    const topic = await stage.createTopic('evolved', 1);
    const older = { type: 'record', name: 'Paid', fields: [{ name: 'amount', type: 'int' }] };
    const newer = {
      ...older,
      fields: [...older.fields, { name: 'currency', type: ['null', 'string'], default: null }],
    };
    const sink = stage.startSink({ topics: topic });
    for (const [index, schema] of [older, newer].entries()) {
      const schemaId = await stage.register(topic, schema);
      const event = defineEvent({ name: 'Paid', schema: JSON.stringify(schema) });
      await stage.write(topic, [
        {
          key: 'a',
          value: eventValue(schemaId, event, { amount: index, currency: 'GBP' }),
          partition: 0,
          timestampMs: day('2026-03-01'),
        },
      ]);
      await untilRows(topic, index + 1);
    }
    await sink.stop();
    const queries = queriesOf(stage.lake);
    try {
      const { rows } = await queries.query(`SELECT date, amount, currency FROM "${topic}" ORDER BY _offset`);
      expect(rows).toEqual([
        ['2026-03-01', 0, null],
        ['2026-03-01', 1, 'GBP'],
      ]);
    } finally {
      await queries.close();
    }
  });

  it('merges small files into one that claims them all, and removes days that are too old but not where it goes on', async () => {
    const topic = await stage.createTopic('tidied', 1);
    const schemaId = await stage.register(topic, likeChanged.schema);
    const nowMs = Date.now();
    const old = nowMs - 40 * 86_400_000;
    const yesterday = nowMs - 86_400_000;
    const config = { topics: topic, 'tidy.interval.ms': '100', 'retention.days': '30' };
    let sink = stage.startSink(config);
    const write = async (timestampMs: number, number: number): Promise<void> => {
      await stage.write(topic, [
        { key: 'a', value: eventValue(schemaId, likeChanged, like(number)), partition: 0, timestampMs },
      ]);
      await untilClaimed(topic, number);
    };
    for (let number = 0; number < 4; number++) await write(yesterday, number);
    await write(old, 4);
    const dateOf = (ms: number): string => `date=${new Date(ms).toISOString().slice(0, 10)}`;
    const settled = [`${dateOf(old)}/${topic}-0-4-4.parquet`, `${dateOf(yesterday)}/${topic}-0-0-3.parquet`];
    await until(async () => {
      const files = await readTopic(stage.lake, topic);
      return files.map(({ path }) => path).join() === settled.join() && files[0]!.rows.length === 0;
    });
    await sink.stop();
    const files = await readTopic(stage.lake, topic);
    expect(files[1]!.rows.map(({ eventId }) => eventId)).toEqual(['like-0', 'like-1', 'like-2', 'like-3']);
    // The old day's name alone says that offset 4 was there.
    sink = stage.startSink(config);
    await write(nowMs, 5);
    await sink.stop();
    expect(placesOf(await readTopic(stage.lake, topic)).at(-1)).toBe('0/5');
  });

  it('writes into a bucket as into a folder', async () => {
    const s3 = await startS3(path.join(stage.folder, 's3'), 'lake');
    const topic = await stage.createTopic('bucket', 2);
    const schemaId = await stage.register(topic, likeChanged.schema);
    const lake = { url: 's3://lake/events', s3Endpoint: s3.endpoint, ...s3Keys };
    const queries = queriesOf(lake);
    try {
      await stage.write(
        topic,
        Array.from({ length: 50 }, (_, number) => ({
          key: `post-${number}`,
          value: eventValue(schemaId, likeChanged, like(number)),
          partition: number % 2,
        })),
      );
      const sink = stage.startSink({
        topics: topic,
        'lake.url': lake.url,
        's3.endpoint': lake.s3Endpoint,
        's3.access.key.id': lake.s3AccessKeyId,
        's3.secret.access.key': lake.s3SecretAccessKey,
      });
      await until(async () =>
        (await queries.tables()).some(({ nextOffsets }) => nextOffsets[0] === 25 && nextOffsets[1] === 25),
      );
      await sink.stop();
      const { rows } = await queries.query(`SELECT count(*), count(DISTINCT eventId) FROM "${topic}"`);
      expect(rows).toEqual([[50, 50]]);
    } finally {
      await queries.close();
      await s3.close();
    }
  });

  it('says that a topic was created anew, and does not mix the two', async () => {
    const topic = await stage.createTopic('renewed', 1);
    const folder = path.join(stage.lake, topic, 'date=2026-03-01');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${topic}-0-90-99.parquet`), '');
    const sink = stage.startSink({ topics: topic });
    await expect(sink.ended).rejects.toMatchObject({ code: 'LAKE_MISMATCH', retriable: false });
  });
});

describe('the configuration of a Parquet sink', () => {
  it.each([
    ['no topic', { topics: ' , ' }, 'topics'],
    ['a name that is no topic', { topics: 'a/b' }, 'topics'],
    ['a lake that is none', { 'lake.url': 'ftp://x' }, 'lake.url'],
    ['half of a key', { 's3.access.key.id': 'x' }, 's3.access.key.id'],
    ['an endpoint that is no URL', { 's3.endpoint': 'x' }, 's3.endpoint'],
  ])('is refused with %s', (_, wrong, field) => {
    const config = { topics: 'likes', 'lake.url': 'lake', ...wrong };
    expect(parquetSink.validate!(config).map((problem) => problem.field)).toEqual([field]);
  });
});
