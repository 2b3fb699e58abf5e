import { topics } from '@headwater/contracts';
import { EventCodec, systemClock } from '@headwater/messaging';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';

/** As connectors/mybank-ledger.yaml names it. */
const CONNECTOR = 'mybank-ledger';
const EVERY_MS = 400;
const LOOK_MS = 300;
/** The launcher starts connect again by then, if nobody turns the switch back. */
const HOLD_MS = 20_000;

/** Accounts of the lesson, which the bank keeps as it keeps all; nobody holds them, so that nobody is alerted. */
const ACCOUNT = 'lesson-capture';
const COUNTER_ACCOUNT = 'lesson-capture-counter';
const CURRENCY = 'GBP';

export const changeCaptureLesson: Lesson = {
  id: 'change-capture',
  title: 'Change data capture',
  teaches:
    'The database’s own log remembers what the capture has not read yet; nothing has to be done twice, and nothing is missed.',
  words: [
    'MyBank’s ledger knows no Kafka. PostgreSQL writes every change into its write-ahead log anyway; connect reads that through a replication slot, and publishes a record for each committed row, in the order of the commits.',
    'The slot remembers how far connect has come. While connect is paused or dead the ledger books as before and PostgreSQL keeps the log for it. This lesson works on the demo’s own ledger and connector; it books a pound from one lesson account to another and back.',
  ],
  steps: [
    'Begin: each booking appears in the topic a moment later.',
    'Turn the switch: the capture rests. The ledger goes on booking, and the difference grows.',
    'Turn it back: connect goes on where it was. Every booking arrives, in order.',
  ],
  switch: {
    label: 'Take the capture away',
    on: 'Nobody reads the ledger’s log; PostgreSQL keeps it.',
    off: 'Connect captures what is committed.',
  },
  choices: [
    { id: 'pause', label: 'Pause the connector' },
    { id: 'kill', label: 'Kill connect (with npm start only)' },
  ],
  watch: [
    { fact: 'booked', label: 'Booked by the ledger', about: 'goes on at the same pace' },
    {
      fact: 'captured',
      label: 'In the topic',
      about: 'stands still without the capture, and reaches the booked ones again',
    },
    { fact: 'behind', label: 'Booked and not captured', about: 'PostgreSQL keeps these for the slot', kind: 'fault' },
    { fact: 'missed', label: 'Missed or out of order', about: 'stays at 0', kind: 'must' },
  ],
  needs: ['mybank-ledger', 'connect'],
  begin: (stage, choice) => beginChangeCapture(stage, choice),
  restore: async (stage) => {
    if (stage.parts.launcher.isThere) await stage.parts.launcher.start('connect');
    await capture(stage, 'resume');
  },
};

async function beginChangeCapture(stage: LessonStage, choice: string): Promise<RunningLesson> {
  const { board, parts } = stage;
  if (choice === 'kill' && !parts.launcher.isThere)
    throw new Error(
      'Only the launcher can kill connect: begin the demo with `npm start`, or choose to pause the connector.',
    );
  board.place(
    { id: 'ledger', label: 'Ledger', kind: 'process', column: 0, row: 0 },
    { id: 'database', label: 'PostgreSQL’s log', kind: 'database', column: 1, row: 0 },
    { id: 'connect', label: 'Connect', kind: 'process', column: 2, row: 0 },
    { id: 'log', label: topics.bankTransactions.name, kind: 'topic', column: 3, row: 0 },
  );
  board.connect('ledger', 'database', 'connect', 'log');
  board.shelve('log', 'Bookings of the lesson, as they come out of the topic', []);
  for (const fact of ['booked', 'captured', 'behind', 'missed']) board.set(fact, 0);
  const accounts = [ACCOUNT, COUNTER_ACCOUNT].map((accountId) => ({
    accountId,
    currency: CURRENCY,
    name: 'A lesson of the console',
  }));
  await stage.ask('mybank-ledger', 'POST', '/accounts', { accounts });
  await watchCaptured(stage);
  bookOn(stage);
  stage.repeat(LOOK_MS, () => board.set('behind', Math.max(board.fact('booked') - board.fact('captured'), 0)));
  return {
    setFault: async (isOn) => {
      if (choice === 'kill') await (isOn ? parts.launcher.kill('connect', HOLD_MS) : parts.launcher.start('connect'));
      else await capture(stage, isOn ? 'pause' : 'resume');
      if (!isOn) board.mark('connect', 'up');
      else if (choice === 'kill') board.mark('connect', 'down', 'killed');
      else board.mark('connect', 'waiting', 'paused');
      board.tell(
        isOn ? 'The capture is away; the ledger books.' : 'The capture goes on where it was.',
        isOn ? 'bad' : 'good',
      );
    },
  };
}

async function capture(stage: LessonStage, act: 'pause' | 'resume'): Promise<void> {
  await stage.ask('connect', 'PUT', `/connectors/${CONNECTOR}/${act}`);
}

/** Books a pound there and back. What is begun is booked to its end, so that the accounts end as they were. */
function bookOn(stage: LessonStage): void {
  const { board } = stage;
  let number = 0;
  const book = async (): Promise<void> => {
    const amount = number % 2 === 0 ? '1.00' : '-1.00';
    await stage.ask('mybank-ledger', 'POST', '/transactions', {
      transactionId: stage.name(String(number + 1)),
      description: `Booking ${number + 1} of a lesson`,
      postings: [
        { accountId: ACCOUNT, amount },
        { accountId: COUNTER_ACCOUNT, amount: amount.startsWith('-') ? amount.slice(1) : `-${amount}` },
      ],
    });
    number += 1;
    board.set('booked', number);
    board.move('ledger', 'database', `#${number}`);
  };
  stage.onClose(async () => {
    if (number % 2 === 1) await book();
  });
  stage.repeat(EVERY_MS, book);
}

/** Reads the bank's topic, and of it the bookings of this lesson: their numbers must come one after the other. */
async function watchCaptured(stage: LessonStage): Promise<void> {
  const { board } = stage;
  const codec = new EventCodec(stage.parts.registryUrl, systemClock);
  let last = 0;
  let decoding = Promise.resolve();
  await stage.followFromEnd(topics.bankTransactions.name, ({ key, value }) => {
    if (key !== ACCOUNT || value === null) return;
    decoding = decoding.then(async () => {
      const { after } = (await codec.decode(topics.bankTransactions, value)).value;
      const number = Number(/^Booking (\d+) of/.exec(after?.description ?? '')?.[1]);
      const isNext = number === last + 1;
      // One that comes again was published and not marked when connect died; one from further on has left a gap.
      if (number > last + 1) board.count('missed');
      if (number > last) last = number;
      board.set('captured', last);
      board.move('database', 'connect', `#${number}`);
      board.move('connect', 'log', `#${number}`, isNext ? 'good' : 'warn');
      board.push('log', { text: String(number), tone: isNext ? 'good' : number > last ? 'bad' : 'muted' });
    });
  });
}
