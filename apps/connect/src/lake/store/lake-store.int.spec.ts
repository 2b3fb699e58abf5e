/** What both stores promise, and S3 against a server of its kind. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { s3Keys, startS3, type RunningS3 } from '../../../fixtures/s3-server.ts';
import type { LakeFile } from '../lake-file.ts';
import { openLakeStore, wrongLakeUrl, type LakeStore, type LakeWriter } from './index.ts';

let folder: string;
let server: RunningS3;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-stores-'));
  server = await startS3(path.join(folder, 's3'), 'lake');
});
afterAll(async () => {
  await server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const file = (more: Partial<LakeFile> = {}): LakeFile => ({
  topic: 'likes',
  date: '2026-01-01',
  partition: 0,
  first: 0,
  last: 9,
  ...more,
});

let lakes = 0;

describe.each<[string, () => LakeStore]>([
  ['a folder', () => openLakeStore({ url: path.join(folder, `lake-${lakes}`) })],
  [
    'a bucket',
    () =>
      openLakeStore({
        url: `s3://lake/under/lake-${lakes}`,
        s3Endpoint: server.endpoint,
        ...s3Keys,
      }),
  ],
])('a lake in %s', (_, open) => {
  let store: LakeStore;
  const writers: LakeWriter[] = [];
  beforeEach(() => {
    lakes++;
    store = open();
  });
  afterEach(async () => {
    for (const writer of writers.splice(0)) await writer.close();
    await store.close();
  });

  const writerOf = async (partition: number, of = store): Promise<LakeWriter> => {
    const writer = await of.openWriter('likes', partition);
    writers.push(writer);
    return writer;
  };
  const draftOf = (writer: LakeWriter, text: string): string => {
    const draft = writer.draft('1');
    fs.writeFileSync(draft, text);
    return draft;
  };

  it('shows a file when it is published, whole, and no draft', async () => {
    expect([await store.topics(), await store.files('likes')]).toEqual([[], []]);
    const writer = await writerOf(0);
    const draft = draftOf(writer, 'some bytes');
    expect(await store.files('likes')).toEqual([]);
    await writer.publish(draft, file());
    expect(await store.files('likes')).toEqual([{ ...file(), bytes: 10 }]);
    expect(await store.topics()).toEqual(['likes']);
    const [stored] = await store.files('likes');
    expect(fs.readFileSync(await store.localPath(stored!), 'utf8')).toBe('some bytes');
  });

  it('replaces a file of the same name, and removes files', async () => {
    const writer = await writerOf(0);
    await writer.publish(draftOf(writer, 'first'), file());
    const [first] = await store.files('likes');
    await store.localPath(first!);
    await writer.publish(draftOf(writer, 'the second'), file());
    await writer.publish(draftOf(writer, 'another'), file({ date: '2026-01-02' }));
    const files = await store.files('likes');
    expect(files.map(({ date, bytes }) => [date, bytes]).sort()).toEqual([
      ['2026-01-01', 10],
      ['2026-01-02', 7],
    ]);
    expect(fs.readFileSync(await store.localPath(files.find(({ bytes }) => bytes === 10)!), 'utf8')).toBe('the second');
    await writer.remove([file(), file({ first: 100, last: 200 })]);
    expect(await store.files('likes')).toEqual([{ ...file({ date: '2026-01-02' }), bytes: 7 }]);
  });

  it('has one writer of a partition: who came last', async () => {
    const earlier = await writerOf(0);
    const other = await writerOf(1);
    const draft = draftOf(earlier, 'late');
    const another = open();
    const later = await writerOf(0, another);
    await expect(earlier.publish(draft, file())).rejects.toMatchObject({ code: 'LAKE_FENCED', retriable: true });
    await later.publish(draftOf(later, 'later'), file({ first: 10, last: 12 }));
    await other.publish(draftOf(other, 'other'), file({ partition: 1 }));
    expect((await store.files('likes')).map(({ partition, first }) => [partition, first]).sort()).toEqual([
      [0, 10],
      [1, 0],
    ]);
    // It ends after the later one began, and must not put that out.
    await earlier.close();
    await later.publish(draftOf(later, 'still'), file({ first: 13, last: 14 }));
    await later.close();
    await another.close();
  });

  it('passes over what is none of its files', async () => {
    const writer = await writerOf(0);
    await writer.publish(draftOf(writer, 'x'), file());
    await writer.publish(draftOf(writer, 'x'), file({ topic: 'posts' }));
    expect((await store.files('likes')).length).toBe(1);
    expect(await store.files('like')).toEqual([]);
    expect(await store.topics()).toEqual(['likes', 'posts']);
  });
});

describe('the name of a lake', () => {
  it('is a folder or a bucket', () => {
    for (const url of ['lake', '/data/lake', './a b', 's3://bucket', 's3://my-bucket/some/prefix/'])
      expect(wrongLakeUrl(url)).toBeUndefined();
    for (const url of ['', 's3://', 's3://Upper/x', 'http://example.org/lake', 'gs://bucket'])
      expect(wrongLakeUrl(url)).toMatch(/must be a folder/);
  });
});
