import { CreateInbox1700000000000, CreateParkedMessages1700000000001 } from '@headwater/messaging';
import { CreateEffects1763800000000 } from './create-effects.migration.ts';
import { openDepositWriter } from './deposit-writer.ts';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';
import type { WorkerWord } from './workers/worker-channel.ts';

const EVERY_MS = 250;
/** A process that has booked so many deposits is killed after the next, whose offset is not committed yet. */
const KILL_AFTER = 5;
const REST_MS = 700;
/** The one with the inbox, and the one without. */
const BOOKKEEPERS = 2;

export const inboxLesson: Lesson = {
  id: 'inbox',
  title: 'At least once, and the inbox',
  teaches:
    'A consumer that dies between the effect and the commit gets its messages again; an inbox makes that harmless.',
  words: [
    'Offsets are committed after the work is done, so that nothing is lost. Whoever dies in between has done work that nobody knows of: the messages come again. That is what “at least once” means.',
    'Two subscriptions in one process book the same deposits into PostgreSQL. One only books. The other writes the message’s id into the inbox in the same transaction: the id is there already when a message comes again, and nothing is booked.',
  ],
  steps: [
    'Begin: each deposit is booked once by both.',
    'Turn the switch: the process is killed (SIGKILL) when it has booked deposits and not committed their offsets yet, started again, and killed again.',
    'The group waits for the dead member’s session to end, 6 s; then the deposits come again. Compare the two books.',
  ],
  switch: {
    label: 'Kill the consumer',
    on: 'The consumer’s process dies after the effect and before the commit, again and again.',
    off: 'The consumer lives.',
  },
  choices: [],
  watch: [
    { fact: 'sent', label: 'Deposits sent', about: 'each of them once' },
    { fact: 'killed', label: 'Times killed', about: 'a real process, by SIGKILL', kind: 'fault' },
    { fact: 'plainTwice', label: 'Booked twice, plain', about: 'grows with each kill', kind: 'fault' },
    { fact: 'recognized', label: 'Known to the inbox', about: 'came again, and changed nothing' },
    { fact: 'inboxTwice', label: 'Booked twice, with the inbox', about: 'stays at 0', kind: 'must' },
    { fact: 'waiting', label: 'Sent and not booked yet', about: 'returns to 0: nothing is lost' },
  ],
  needs: ['database'],
  begin: (stage) => beginInbox(stage),
};

async function beginInbox(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'log', label: 'Deposits', kind: 'topic', column: 0, row: 0 },
    { id: 'consumer', label: 'Consumer', kind: 'process', column: 1, row: 0 },
    { id: 'plain', label: 'Book, plain', kind: 'database', column: 2, row: 0 },
    { id: 'inbox', label: 'Book and inbox', kind: 'database', column: 2, row: 1 },
  );
  board.connect('log', 'consumer', 'plain');
  board.connect('consumer', 'inbox');
  board.shelve('plain', 'Booked without an inbox', []);
  board.shelve('inbox', 'Booked with the inbox', []);
  for (const fact of ['killed', 'plainTwice', 'inboxTwice', 'recognized']) board.set(fact, 0);

  const dataSource = await stage.openDatabase([
    CreateInbox1700000000000,
    CreateParkedMessages1700000000001,
    CreateEffects1763800000000,
  ]);
  const topic = await stage.createTopic('deposits');
  const send = await openDepositWriter(stage, topic);
  const fault = new ConsumerToKill(stage, { topic, plain: stage.name('plain'), inbox: stage.name('inbox') });
  await fault.start();
  let number = 0;
  stage.repeat(EVERY_MS, async () => {
    await send({ account: 'alice', number: (number += 1) });
    board.set('sent', number);
  });
  stage.repeat(EVERY_MS, async () => {
    const rows = await dataSource.query<{ bookkeeper: string; booked: number; twice: number }[]>(
      `SELECT bookkeeper, count(DISTINCT number)::int AS booked, (count(*) - count(DISTINCT number))::int AS twice
       FROM effects GROUP BY bookkeeper`,
    );
    for (const { bookkeeper, twice } of rows) board.set(`${bookkeeper}Twice`, twice);
    const booked = rows.find(({ bookkeeper }) => bookkeeper === 'inbox')?.booked ?? 0;
    board.set('waiting', Math.max(board.fact('sent') - booked, 0));
  });
  return { setFault: (isOn) => fault.set(isOn) };
}

/** The consumer's process, and who kills it. */
class ConsumerToKill {
  readonly #stage: LessonStage;
  readonly #worker;
  #isDeadly = false;
  #booked = 0;
  /** Who has booked, and will not commit. */
  readonly #stopped = new Set<string>();

  constructor(stage: LessonStage, names: Readonly<Record<string, string>>) {
    this.#stage = stage;
    this.#worker = stage.worker('inbox', names, (word) => this.#onWord(word));
    stage.repeat(REST_MS, () => this.#revive());
  }

  async start(): Promise<void> {
    this.#booked = 0;
    this.#stopped.clear();
    this.#stage.board.mark('consumer', 'waiting', 'joining its group');
    await this.#worker.start();
  }

  set(isOn: boolean): Promise<void> {
    this.#isDeadly = isOn;
    this.#booked = 0;
    if (!isOn) this.#stage.board.tell('The consumer is left alone.', 'good');
    return Promise.resolve();
  }

  #onWord({ kind, number = 0, text = '' }: WorkerWord): void {
    const { board } = this.#stage;
    if (kind === 'stopped') {
      this.#stopped.add(text);
      if (this.#stopped.size === BOOKKEEPERS) void this.#kill();
      return;
    }
    const isKnown = text === 'known';
    board.mark('consumer', 'up', `process ${this.#worker.pid}`);
    board.move('log', 'consumer', `#${number}`);
    board.move('consumer', kind, isKnown ? `#${number} known` : `#${number}`, isKnown ? 'muted' : 'good');
    board.push(kind, { text: String(number), tone: isKnown ? 'muted' : 'good' });
    if (isKnown) board.count('recognized');
    if (kind !== 'plain') return;
    this.#booked += 1;
    if (this.#isDeadly && this.#booked === KILL_AFTER) this.#worker.say({ kind: 'stop-after-the-effect' });
  }

  async #kill(): Promise<void> {
    const { board } = this.#stage;
    await this.#worker.kill();
    board.count('killed');
    board.mark('consumer', 'down', 'killed');
    board.tell('Killed, after it had booked and before it had committed.', 'bad');
  }

  /** Starts it again when it is dead, whoever killed it. */
  async #revive(): Promise<void> {
    if (this.#worker.isAlive || this.#worker.pid === 0) return;
    await this.start();
    this.#stage.board.tell('A new process joins the group and waits until the dead one’s session is over.');
  }
}
