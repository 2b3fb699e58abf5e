import { Outbox, outboxMigrations } from '@headwater/event-sourcing';
import type { DataSource } from 'typeorm';
import { CreateAccounts1763800000001 } from './create-accounts.migration.ts';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';

const ACCOUNTS = ['alice', 'bob', 'carol'] as const;
const EVERY_MS = 250;
const LOOK_MS = 300;

export const outboxLesson: Lesson = {
  id: 'outbox',
  title: 'Transactional outbox',
  teaches:
    'State and event are written in one transaction; a relay that is away delays events, and loses and reorders none.',
  words: [
    'A service that writes its database and then Kafka loses the event when it dies in between; the other way round it announces what never happened. With an outbox it writes both into its database, in one transaction.',
    'A relay reads the outbox and publishes, in order for each aggregate, and marks a row when the broker has acknowledged it. Here the relay is a process of its own, so that it can be killed while commands go on.',
  ],
  steps: [
    'Begin: each command changes an account and adds a row to the outbox; the relay publishes it at once.',
    'Turn the switch: the relay is killed. Commands are answered as before, and the outbox fills.',
    'Turn it back: a new relay takes over when the dead one’s lease is over, and drains the outbox in order.',
  ],
  switch: {
    label: 'Kill the relay',
    on: 'There is no relay; the outbox fills.',
    off: 'The relay publishes.',
  },
  choices: [],
  watch: [
    { fact: 'commands', label: 'Commands done', about: 'go on at the same pace, with or without a relay' },
    { fact: 'pending', label: 'In the outbox', about: 'fills without the relay, and drains', kind: 'fault' },
    { fact: 'published', label: 'In the topic', about: 'reaches the commands again' },
    { fact: 'outOfOrder', label: 'Published out of order', about: 'stays at 0', kind: 'must' },
  ],
  needs: ['database'],
  begin: (stage) => beginOutbox(stage),
};

async function beginOutbox(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'service', label: 'Commands', kind: 'process', column: 0, row: 0 },
    { id: 'outbox', label: 'State and outbox', kind: 'database', column: 1, row: 0 },
    { id: 'relay', label: 'Relay', kind: 'process', column: 2, row: 0 },
    { id: 'log', label: 'Topic', kind: 'topic', column: 3, row: 0 },
  );
  board.connect('service', 'outbox', 'relay', 'log');
  board.shelve('outbox', 'Waiting in the outbox', []);
  for (const account of ACCOUNTS) board.shelve(account, `Published of ${account}`, []);
  for (const fact of ['commands', 'pending', 'published', 'outOfOrder']) board.set(fact, 0);
  const dataSource = await stage.openDatabase([...outboxMigrations, CreateAccounts1763800000001]);
  const topic = await stage.createTopic('accounts');
  const relay = stage.worker('outbox', {}, () => undefined);
  await relay.start();
  board.mark('relay', 'up', `process ${relay.pid}`);
  const outbox = new Outbox(dataSource);
  let commands = 0;
  stage.repeat(EVERY_MS, async () => {
    const account = ACCOUNTS[commands % ACCOUNTS.length] ?? 'alice';
    const version = await change(dataSource, outbox, topic, account);
    commands += 1;
    board.set('commands', commands);
    board.move('service', 'outbox', `${account} ${version}`);
  });
  stage.repeat(LOOK_MS, () => showOutbox(stage, dataSource));
  watchTopic(stage, topic);
  return {
    setFault: async (isOn) => {
      if (isOn) {
        await relay.kill();
        board.mark('relay', 'down', 'killed');
        board.tell('The relay was killed; commands go on.', 'bad');
      } else {
        await relay.start();
        board.mark('relay', 'up', `process ${relay.pid}`);
        board.tell('A new relay takes over.', 'good');
      }
    },
  };
}

// #region one-transaction
/** A command: the new state and its event, or neither. The row's lock keeps the events of an account in order. */
async function change(dataSource: DataSource, outbox: Outbox, topic: string, account: string): Promise<number> {
  return await dataSource.transaction(async (manager) => {
    const [rows] = await manager.query<[{ version: number }[], number]>(
      'UPDATE accounts SET version = version + 1 WHERE id = $1 RETURNING version',
      [account],
    );
    const version = rows[0]?.version ?? 0;
    const payload = Buffer.from(String(version));
    const aggregate = { type: 'account', id: account };
    await outbox.publish(manager, [{ aggregate, topic, key: account, type: 'AccountChanged', payload }]);
    return version;
  });
}
// #endregion

async function showOutbox({ board }: LessonStage, dataSource: DataSource): Promise<void> {
  const rows = await dataSource.query<{ aggregate_id: string; payload: Buffer }[]>(
    'SELECT aggregate_id, payload FROM outbox WHERE published_at IS NULL ORDER BY seq',
  );
  board.set('pending', rows.length);
  board.mark('outbox', rows.length > 5 ? 'waiting' : 'up', `${rows.length} wait`);
  const cells = rows.map(({ aggregate_id: account, payload }) => {
    const text = `${account.charAt(0)}${payload.toString()}`;
    return { id: text, text, tone: 'warn' as const };
  });
  board.shelve('outbox', 'Waiting in the outbox', cells);
}

/** Each account's versions must come without a gap; one that comes again was published by a relay that died before it marked it. */
function watchTopic(stage: LessonStage, topic: string): void {
  const { board } = stage;
  const last = new Map<string, number>();
  stage.follow(topic, 1, 'read-uncommitted', ({ key, value }) => {
    const version = Number(value?.toString());
    const before = last.get(key) ?? 0;
    const isNext = version === before + 1;
    board.move('outbox', 'relay', `${key} ${version}`);
    board.move('relay', 'log', `${key} ${version}`, isNext ? 'good' : 'warn');
    if (isNext) {
      last.set(key, version);
      board.count('published');
    } else if (version > before) board.count('outOfOrder');
    board.push(key, { text: String(version), tone: isNext ? 'good' : version > before ? 'bad' : 'muted' });
  });
}
