import { expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  openPartitionedTable,
  stringCodec,
  type PartitionedTable,
  type PartitionState,
  type RestoredRecord,
} from '../index.ts';
import { TestKafka, uniqueName, uniqueTopic, until } from '../../fixtures/test-kafka.ts';

const entry = (key: string, value: string | null) => ({ key, value, timestampMs: Date.now() });

/** The newest value of each key. */
class Names implements PartitionState {
  readonly byUser = new Map<string, string>();
  caughtUp = 0;

  apply({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    const user = source.toString('utf8', keyStart, keyEnd);
    if (valueStart < 0) this.byUser.delete(user);
    else this.byUser.set(user, source.toString('utf8', valueStart, valueEnd));
  }

  onCaughtUp(): void {
    this.caughtUp++;
  }
}

describeOnEveryEngine('a table whose partitions are shared', (engine) => {
  const users = Array.from({ length: 600 }, (_, index) => `user-${index}`);

  const stage = async () => {
    const kafka = new TestKafka(engine.bootstrapServers);
    const topic = uniqueTopic('users', stringCodec, stringCodec);
    await kafka.createCompacted(4, topic);
    await kafka.write(
      topic,
      users.map((user) => entry(user, `name of ${user}`)),
    );
    const groupId = uniqueName('names');
    const open = (address: string) =>
      openPartitionedTable(kafka.client, { topic: topic.name, groupId, address, createState: () => new Names() });
    return { kafka, topic, open };
  };

  const ready = (table: PartitionedTable<Names>) => until(() => table.ready().ok);
  const addresses = (table: PartitionedTable<Names>) =>
    users.map((user) => table.ownerOf(table.partitionOf(user))?.address);
  const ask = async (table: PartitionedTable<Names>, user: string) =>
    (await table.state(table.partitionOf(user))).byUser.get(user);

  it('is held by those who own the parts, who know each other, and is taken over whole from one that leaves', async () => {
    const { kafka, topic, open } = await stage();
    const first = await open('first');
    const second = await open('second');
    try {
      const tables = new Map([
        ['first', first],
        ['second', second],
      ]);
      await until(() => new Set(addresses(first)).size === 2 && addresses(first).join() === addresses(second).join());
      await Promise.all([ready(first), ready(second)]);
      expect(first.states().reduce((sum, { byUser }) => sum + byUser.size, 0)).toBeLessThan(users.length);
      for (const [index, user] of users.entries()) {
        const owner = addresses(first)[index]!;
        expect(await ask(tables.get(owner)!, user)).toBe(`name of ${user}`);
        expect(tables.get(owner)!.ownerOf(first.partitionOf(user))!.isSelf).toBe(true);
        const other = tables.get(owner === 'first' ? 'second' : 'first')!;
        await expect(ask(other, user)).rejects.toMatchObject({ code: 'NOT_OWNED' });
      }
      await kafka.write(
        topic,
        users.map((user) => entry(user, user === 'user-7' ? null : `new name of ${user}`)),
      );
      await second.close();
      await until(() => addresses(first).every((address) => address === 'first'));
      await ready(first);
      // Of what it held before it may have read less than of what it took over.
      await until(() => first.states().reduce((sum, { byUser }) => sum + byUser.size, 0) === users.length - 1);
      await until(() => first.states().every(({ caughtUp }) => caughtUp > 0));

      await kafka.write(topic, [entry('user-7', 'back')]);
      await until(async () => (await ask(first, 'user-7')) === 'back');
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
    expect(first.ownerOf(0)).toBeUndefined();
  });
});
