/** The command on a real broker and PostgreSQL, with letters and a parked key as a consumer leaves them. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { deadLetterTopicOf, likeChanged, topics } from '@headwater/contracts';
import {
  CreateParkedMessages1700000000001,
  createKafkajsClient,
  deadLetterHeaderNames as names,
  deadLetterSetup,
  EventCodec,
  MessageProducer,
  redriveTopicOf,
  systemClock,
  TopicSetup,
} from '@headwater/messaging';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { runDeadLettersCommand } from './dead-letters-command.ts';

jest.setTimeout(120_000);

const group = 'feed';
const letters = deadLetterTopicOf(topics.likes, group);
const like = { eventId: 'e', postId: 'p-1', userId: 'u', liked: true, occurredAt: new Date(0) };

let broker: RunningBroker;
let postgres: RunningPostgres;
let url: string;
let dataSource: DataSource;
let producer: MessageProducer;

async function writeLetter(offset: number, reason: string): Promise<void> {
  await producer.sendEncoded({
    topic: letters,
    key: `p-${offset}`,
    value: Buffer.from([0, 0, 0, 0, 99]),
    headers: {
      'message-id': `m-${offset}`,
      [names.topic]: topics.likes.name,
      [names.partition]: '0',
      [names.offset]: String(offset),
      [names.timestamp]: new Date(0).toISOString(),
      [names.group]: group,
      [names.attempts]: '5',
      [names.error]: 'Error',
      [names.reason]: reason,
    },
  });
}

beforeAll(async () => {
  [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
  url = await postgres.createDatabase('shop');
  dataSource = new DataSource({ type: 'postgres', url, migrations: [CreateParkedMessages1700000000001] });
  await dataSource.initialize();
  await dataSource.runMigrations();
  const client = createKafkajsClient({
    clientId: 'spec',
    bootstrapServers: [broker.bootstrapServers],
    clock: systemClock,
  });
  await new TopicSetup(client).ensure([topics.likes, deadLetterSetup(topics.likes, group)]);
  const codec = new EventCodec(broker.registryUrl);
  await codec.register([topics.likes]);
  producer = new MessageProducer(client, codec);
  for (const [index, reason] of ['no such user', 'no such user', 'too\nlate'].entries())
    await writeLetter(index, reason);
  const place = ['feed', 'likes', 0, createHash('sha256').update('p-1').digest()];
  await dataSource.query(
    `INSERT INTO parked_keys VALUES ($1, $2, $3, $4, 'p-1', 'parked', now(), -1, 5, 'Error', 'not today')`,
    place,
  );
  await dataSource.query(`INSERT INTO parked_messages VALUES ($1, $2, $3, $4, 7, $5, '{}', 0)`, [
    ...place,
    codec.encode(topics.likes, likeChanged, like),
  ]);
});

afterAll(async () => {
  await producer.close();
  await dataSource.destroy();
  await Promise.all([broker.close(), postgres.close()]);
});

async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const written = { output: '', errors: '' };
  const line = {
    root: '/nowhere',
    args: [...args, '--broker', broker.bootstrapServers, '--registry', broker.registryUrl],
    environment: { DATABASE_URL: url },
    output: { write: (text: string) => (written.output += text) },
    errors: { write: (text: string) => (written.errors += text) },
  };
  const code = await runDeadLettersCommand(line, Object.values(topics));
  return { code, ...written };
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('npm run dead-letters', () => {
  it('shows letters, redrives and discards them', async () => {
    expect((await run('list')).output).toMatch(/likes\.dead-letter\.feed +3 +0 +0 /);
    expect((await run('list', letters)).output).toMatch(/p-2 +open .+ 5 +0 +Error +too late/);
    const json = JSON.parse((await run('list', letters, '--json')).output) as { partition: number; offset: string }[];
    const { partition, offset } = json[0]!;
    expect((await run('show', letters, `${partition}/${offset}`)).output).toMatch(/"unreadable": ".*99/);

    expect(await run('redrive', letters, '--error', 'no such user')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/--why/),
    });
    expect(await run('redrive', letters, '--why', 'x')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/needs a filter/),
    });
    expect((await run('redrive', letters, '--all', '--dry-run')).output).toMatch(
      /3 letters would be redriven to group feed/,
    );
    const redriven = await run(
      'redrive',
      letters,
      '--error',
      'no such user',
      '--why',
      'users are there now',
      '--rate',
      '100',
    );
    expect(redriven.output).toBe('2 letters were redriven to group feed, and to no other\n');
    expect((await run('discard', letters, '--all', '--why', 'nobody misses it')).output).toMatch(
      /^1 letters were discarded/,
    );
    expect((await run('list')).output).toMatch(/likes\.dead-letter\.feed +0 +2 +1 +-/);
    expect((await run('list', letters, '--all')).output).toMatch(/redriven[^]+discarded|discarded[^]+redriven/);
    expect(redriveTopicOf(group)).toBe('feed.redrive');
  });

  it('shows what is parked, edits and releases it', async () => {
    expect((await run('parked')).output).toMatch(/shop +feed +likes\/0 +p-1 +parked +1 .+not today/);
    expect((await run('parked', '--key', 'p-1')).output).toMatch(/"offset": "7"[^]+"userId": "u"/);
    const edit = (value: object) =>
      run('edit', '--key', 'p-1', '--offset', '7', '--value', JSON.stringify(value), '--why', 'a wrong user');
    expect(await edit({ ...like, liked: 1 })).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/liked must be/),
    });
    expect((await edit({ ...like, userId: 'v' })).output).toMatch(/offset 7 of key p-1 is replaced/);
    expect((await run('release', '--key', 'p-1', '--why', 'mended', '--who', 'Ada')).output).toMatch(
      /is released, 1 messages/,
    );
    expect(await run('skip', '--key', 'p-1', '--offset', '7', '--why', 'x')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/is released/),
    });
    const audit = await dataSource.query<{ action: string; who: string }[]>(
      'SELECT action, who FROM parking_audit ORDER BY id',
    );
    expect(audit).toMatchObject([{ action: 'edit' }, { action: 'release', who: 'Ada' }]);
  });

  it.each([
    [['explode'], /no command 'explode'/],
    [['list', 'likes'], /needs the name of a dead-letter topic/],
    [['list', 'likes.dead-letter.nobody'], /no dead letters of group nobody/],
    [['list', '--since', 'soon'], /--since must be a time/],
    [['list', '--colour'], /Unknown option '--colour'; see --help/],
    [['release', '--key', 'p-9', '--why', 'x'], /No such key is parked/],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, errors } = await run(...args);
    expect([code, errors.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(errors).toMatch(message);
  });

  it('explains itself', async () => {
    expect((await run()).output).toMatch(/^What subscriptions could not process[^]+redrive DLTOPIC/);
  });
});
