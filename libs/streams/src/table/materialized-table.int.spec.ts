import { expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { followTopic, openTable, stringCodec, type RestoreProgress } from '../index.ts';
import { TestKafka, uniqueTopic } from '../../fixtures/test-kafka.ts';

const entry = (key: string, value: string | null, timestampMs = Date.now()) => ({ key, value, timestampMs });

describeOnEveryEngine('a table', (engine) => {
  it('is restored with progress, follows its topic, and forgets what a tombstone deletes', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const topic = uniqueTopic('users', stringCodec, stringCodec);
    await kafka.createCompacted(3, topic);
    const users = Array.from({ length: 5_000 }, (_, index) => entry(`user-${index}`, `name ${index}`));
    await kafka.write(topic, [...users, entry('user-7', 'renamed'), entry('user-8', null)]);
    const progress: RestoreProgress[] = [];
    const table = await openTable(kafka.client, topic, { onProgress: (each) => progress.push(each) });
    try {
      await table.restored;
      expect(table.ready()).toEqual({ ok: true });
      expect(table.size).toBe(4_999);
      expect(table.get('user-7')).toBe('renamed');
      expect(table.get('user-8')).toBeUndefined();
      expect(table.range('user-4998', 'user-5')).toEqual([
        ['user-4998', 'name 4998'],
        ['user-4999', 'name 4999'],
      ]);
      const done = progress.filter((each) => each.done);
      expect(done.map(({ percent }) => percent)).toEqual([100, 100, 100]);
      expect(done.reduce((sum, { records }) => sum + records, 0)).toBe(5_002);

      await kafka.write(topic, [entry('user-9', 'changed')]);
      const partitions = await table.waitForEnd();
      expect(partitions).toBe(3);
      expect(table.get('user-9')).toBe('changed');
    } finally {
      await table.close();
    }
    expect(() => table.get('user-7')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  it('of a topic that does not exist is refused', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const topic = uniqueTopic('missing', stringCodec, stringCodec);
    await expect(openTable(kafka.client, topic)).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });

  it.each([2, 3])(
    'of which the first %i of 3 records are deleted while it is opened goes on behind them',
    async (deleted) => {
      const kafka = new TestKafka(engine.bootstrapServers);
      const topic = uniqueTopic('deleted', stringCodec, stringCodec);
      await kafka.create(1, topic);
      await kafka.write(topic, [entry('a', '0'), entry('b', '1'), entry('c', '2')]);
      await kafka.deleteRecords(topic, deleted);
      const table = await openTable(kafka.clientBeforeDeletion(), topic);
      try {
        await table.restored;
        expect([...table.entries()]).toEqual(deleted === 2 ? [['c', '2']] : []);
      } finally {
        await table.close();
      }
    },
  );

  it('is followed from a time on, and where nothing was written since, from its end', async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const topic = uniqueTopic('since', stringCodec, stringCodec);
    await kafka.createCompacted(3, topic);
    const sinceMs = Date.now() - 60_000;
    const older = Array.from({ length: 30 }, (_, index) => entry(`user-${index}`, 'old', sinceMs - 1));
    await kafka.write(topic, [...older, entry('user-1', 'new', sinceMs)]);
    const values: string[] = [];
    const apply = (record: { source: Buffer; valueStart: number; valueEnd: number }): void => {
      values.push(record.source.toString('utf8', record.valueStart, record.valueEnd));
    };
    const follower = await followTopic(kafka.client, { topic: topic.name, apply }, { sinceMs });
    try {
      await follower.restored;
      expect(values).toEqual(['new']);
      await kafka.write(topic, [entry('user-2', 'late', sinceMs - 1)]);
      await follower.waitForEnd();
      expect(values).toEqual(['new', 'late']);
    } finally {
      await follower.close();
    }
  });
});
