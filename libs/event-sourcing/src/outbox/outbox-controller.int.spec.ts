/** The operator's doors of outbox and projections, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { newEventId } from '../identity/index.ts';
import { ProjectionsController, ProjectionsOperator } from '../projections/index.ts';
import { OutboxController } from './outbox.controller.ts';
import { Outbox } from './outbox.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('operators'));
});
afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

describe("the outbox's door", () => {
  it('shows what waits and what is held, a message on its way, and lets a held aggregate go on', async () => {
    const outbox = new Outbox(dataSource);
    const door = new OutboxController(outbox);
    // Ids that tell their times: long before their rows, and as they are made.
    const [dead, waiting] = ['00000000-0000-7000-8000-000000000000', newEventId()];
    const message = { aggregate: { type: 'Post', id: 'p' }, topic: 'posts', key: 'p', type: 'PostPublished' };
    await outbox.publish(dataSource, [
      { ...message, id: dead, payload: Buffer.from('1') },
      { ...message, id: waiting, payload: Buffer.from('2') },
    ]);
    expect(await door.status()).toMatchObject({ pendingMessages: 2, held: [] });
    await dataSource.query(
      `UPDATE outbox SET dead_at = CASE WHEN id = $1 THEN now() END, last_error = 'too large',
         next_attempt_at = CASE WHEN id = $1 THEN next_attempt_at ELSE 'infinity' END`,
      [dead],
    );
    expect(await door.status()).toMatchObject({
      pendingMessages: 0,
      heldMessages: 2,
      held: [{ aggregate: message.aggregate, messageId: dead, reason: 'too large', messages: 2 }],
    });
    expect(await door.message(dead)).toMatchObject({ lastError: 'too large' });
    const told = await door.message(waiting);
    expect(told).toMatchObject({ topic: 'posts', aggregate: message.aggregate, publishedAt: undefined });
    await expect(door.message(randomUUID())).rejects.toMatchObject({ status: 404 });
    await expect(door.message('7')).rejects.toMatchObject({ status: 404 });
    await expect(door.release({ aggregateType: 'Post' })).rejects.toMatchObject({ status: 400 });
    const release = { aggregateType: 'Post', aggregateId: 'p' };
    await expect(door.release({ ...release, deadMessage: 'burn' })).rejects.toMatchObject({ status: 400 });
    expect(await door.release({ ...release, deadMessage: 'drop' })).toEqual({ pending: 1 });
    expect(await door.status()).toMatchObject({ pendingMessages: 1, held: [] });
  });
});

describe("the projections' door", () => {
  it('shows each, and asks for a rebuild', async () => {
    const door = new ProjectionsController(new ProjectionsOperator(dataSource));
    expect(await door.status()).toEqual([]);
    await expect(door.rebuild('balances')).rejects.toMatchObject({ status: 404 });
    await dataSource.query(`INSERT INTO projections (name, version, xid, position) VALUES ('balances', 1, '0', 0)`);
    await door.rebuild('balances');
    expect(await door.status()).toMatchObject([{ name: 'balances', rebuild: { state: 'requested' } }]);
  });
});
