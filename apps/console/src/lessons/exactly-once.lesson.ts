import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';
import type { LessonWorker } from './lesson-worker.ts';

const EVERY_MS = 300;
const REST_MS = 800;
/** On a machine that is slower than the orders, they wait. */
const MOST_WAITING = 20;
/** Invoices that a process writes before it is stopped in the middle of one. */
const LIFE = 4;

export const exactlyOnceLesson: Lesson = {
  id: 'exactly-once',
  title: 'Exactly once, by transactions',
  teaches:
    'Output and offset are one transaction: who reads what is committed sees each result once, whatever died in between.',
  words: [
    'A process reads orders and writes an invoice for each. If it dies between the invoice and the commit of its offset, the order comes again, and with it a second invoice.',
    'In a Kafka transaction the invoice and the offset become visible together or never. The process that follows opens the same transactional id: the broker fences the dead one and aborts what it had left open. The aborted invoice stays in the log; a reader of what is committed never sees it.',
  ],
  steps: [
    'Begin: both readers see the same invoices.',
    'Turn the switch: the process is killed between the write and the commit, started again, and killed again.',
    'Compare: the reader of everything sees invoices twice, the reader of what is committed once each.',
  ],
  switch: {
    label: 'Kill it inside the transaction',
    on: 'The process dies after it has written an invoice and before it commits, again and again.',
    off: 'The process lives.',
  },
  choices: [],
  watch: [
    { fact: 'orders', label: 'Orders', about: 'each asks for one invoice' },
    {
      fact: 'aborted',
      label: 'Transactions cut off',
      about: 'by SIGKILL; the next process has them aborted',
      kind: 'fault',
    },
    {
      fact: 'uncommittedTwice',
      label: 'Twice, read_uncommitted',
      about: 'aborted invoices are in the log',
      kind: 'fault',
    },
    { fact: 'committedTwice', label: 'Twice, read_committed', about: 'stays at 0', kind: 'must' },
    { fact: 'invoiced', label: 'Invoices, read_committed', about: 'one for each order, a moment later' },
    { fact: 'missing', label: 'Orders without an invoice', about: 'returns to 0: nothing is lost' },
  ],
  needs: [],
  begin: (stage) => beginExactlyOnce(stage),
};

async function beginExactlyOnce(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'orders', label: 'Orders', kind: 'topic', column: 0, row: 0 },
    { id: 'process', label: 'Invoicing', kind: 'process', column: 1, row: 0 },
    { id: 'invoices', label: 'Invoices', kind: 'topic', column: 2, row: 0 },
    { id: 'uncommitted', label: 'read_uncommitted', kind: 'process', column: 3, row: 0 },
    { id: 'committed', label: 'read_committed', kind: 'process', column: 3, row: 1 },
  );
  board.connect('orders', 'process', 'invoices', 'uncommitted');
  board.connect('invoices', 'committed');
  board.shelve('uncommitted', 'What read_uncommitted sees', []);
  board.shelve('committed', 'What read_committed sees', []);
  for (const fact of ['invoiced', 'aborted', 'uncommittedTwice', 'committedTwice']) board.set(fact, 0);
  const orders = await stage.createTopic('orders');
  const invoices = await stage.createTopic('invoices');
  const seen = new Set<string>();
  follow(stage, invoices, 'uncommitted', new Set());
  follow(stage, invoices, 'committed', seen);
  const names = { orders, invoices, group: stage.name('invoices'), transactionalId: stage.name('invoices') };
  const process = new ProcessToKill(stage, names);
  await process.start();
  const writer = await stage.kafka.openWriter();
  stage.onClose(() => writer.close());
  let number = 0;
  stage.repeat(EVERY_MS, async () => {
    if (number - seen.size >= MOST_WAITING) return;
    number += 1;
    await writer.write(orders, [{ key: String(number), value: Buffer.from('order') }]);
    board.set('orders', number);
    board.set('missing', number - seen.size);
  });
  return {
    setFault: (isOn) => {
      process.set(isOn);
      if (!isOn) board.tell('The process is left alone.', 'good');
      return Promise.resolve();
    },
  };
}

function follow(stage: LessonStage, topic: string, reader: 'uncommitted' | 'committed', seen: Set<string>): void {
  stage.follow(topic, 1, `read-${reader}`, ({ key }) => {
    const isAgain = seen.has(key);
    seen.add(key);
    stage.board.move('invoices', reader, `#${key}`, isAgain ? 'bad' : 'good');
    stage.board.push(reader, { text: key, tone: isAgain ? 'bad' : 'good' });
    if (isAgain) stage.board.count(`${reader}Twice`);
    else if (reader === 'committed') stage.board.count('invoiced');
  });
}

class ProcessToKill {
  readonly #stage: LessonStage;
  readonly #worker: LessonWorker;
  #isDeadly = false;
  #written = 0;

  constructor(stage: LessonStage, names: Readonly<Record<string, string>>) {
    this.#stage = stage;
    this.#worker = stage.worker('exactly-once', names, ({ kind, key = '' }) => this.#onWord(kind, key));
    stage.repeat(REST_MS, async () => {
      if (this.#worker.isAlive || this.#worker.pid === 0) return;
      await this.start();
      stage.board.tell('The next process fenced the dead one and had its transaction aborted.', 'good');
    });
  }

  set(isDeadly: boolean): void {
    this.#isDeadly = isDeadly;
    this.#written = 0;
  }

  async start(): Promise<void> {
    this.#written = 0;
    await this.#worker.start();
    this.#stage.board.mark('process', 'up', `process ${this.#worker.pid}`);
  }

  #onWord(kind: string, order: string): void {
    const { board } = this.#stage;
    if (kind === 'stopped') void this.#kill(order);
    if (kind !== 'written') return;
    board.move('orders', 'process', `#${order}`);
    board.move('process', 'invoices', `#${order}`, 'warn');
    this.#written += 1;
    if (this.#isDeadly && this.#written === LIFE) this.#worker.say({ kind: 'stop-in-the-middle' });
  }

  async #kill(order: string): Promise<void> {
    const { board } = this.#stage;
    await this.#worker.kill();
    board.count('aborted');
    board.mark('process', 'down', 'killed');
    board.tell(`Killed with the invoice of order ${order} written and not committed.`, 'bad');
  }
}
