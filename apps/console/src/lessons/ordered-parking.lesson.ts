import { CreateInbox1700000000000, CreateParkedMessages1700000000001, ParkedKeys } from '@headwater/messaging';
import { openDepositWriter } from './deposit-writer.ts';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';
import type { WorkerWord } from './workers/worker-channel.ts';

const ACCOUNTS = ['alice', 'bob', 'carol', 'dave'] as const;
const POISONED = 'bob';
const EVERY_MS = 300;

export const orderedParkingLesson: Lesson = {
  id: 'ordered-parking',
  title: 'Ordered parking',
  teaches: 'One message that cannot be handled parks its key, in order; the other keys do not notice.',
  words: [
    'A message that always fails must not hold up the partition behind it, and must not be overtaken by later messages of its own key: a deposit before the account is opened is worse than a late one.',
    'The subscription puts the failed message and everything that follows on its key into PostgreSQL, in order, and commits past them. Other keys of the same partition go on. When the defect is mended an operator releases the key: what waited is handled first, in order, then what arrives.',
  ],
  steps: [
    'Begin: deposits of four accounts, all in one partition.',
    'Turn the switch: the next deposit of bob cannot be booked. His key is parked, and what follows on it waits; alice, carol and dave go on.',
    'Turn it back: the handler is mended and the key released. What waited is booked in order.',
  ],
  switch: {
    label: 'Poison a message of bob',
    on: 'One deposit of bob cannot be booked; his key is parked.',
    off: 'The handler is mended, and bob’s key was released.',
  },
  choices: [],
  watch: [
    { fact: 'parked', label: 'Parked messages', about: 'grows while bob waits, returns to 0', kind: 'fault' },
    { fact: 'others', label: 'Booked of the others', about: 'goes on at the same pace' },
    { fact: 'bob', label: 'Booked of bob', about: 'stands still while his key is parked' },
    { fact: 'outOfOrder', label: 'Booked out of order', about: 'stays at 0, also at the release', kind: 'must' },
  ],
  needs: ['database'],
  begin: (stage) => beginOrderedParking(stage),
};

async function beginOrderedParking(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'log', label: 'Deposits', kind: 'topic', column: 0, row: 0 },
    { id: 'consumer', label: 'Consumer', kind: 'process', column: 1, row: 0 },
    { id: 'book', label: 'Book', kind: 'database', column: 2, row: 0 },
    { id: 'parked', label: 'Parked messages', kind: 'database', column: 2, row: 1 },
  );
  board.connect('log', 'consumer', 'book');
  board.connect('consumer', 'parked');
  for (const account of ACCOUNTS) board.shelve(account, account, []);
  for (const fact of ['parked', 'others', 'bob', 'outOfOrder']) board.set(fact, 0);
  const dataSource = await stage.openDatabase([CreateInbox1700000000000, CreateParkedMessages1700000000001]);
  const names = { topic: await stage.createTopic('deposits'), group: stage.name('bookkeeper') };
  const send = await openDepositWriter(stage, names.topic);
  const taken = new Map<string, () => void>();
  const last = new Map<string, number>();
  const worker = stage.worker('ordered-parking', names, (word) => {
    taken.get(word.kind)?.();
    if (word.kind === 'booked') showBooked(stage, last, word);
  });
  await worker.start();
  /** The worker has taken the word. */
  const say = async (word: WorkerWord): Promise<void> => {
    const isTaken = Promise.withResolvers<undefined>();
    taken.set(`${word.kind}-taken`, () => isTaken.resolve(undefined));
    worker.say(word);
    await isTaken.promise;
  };
  const keys = new ParkedKeys(dataSource);
  let number = 0;
  let isArmed = false;
  stage.repeat(EVERY_MS, async () => {
    number += 1;
    const account = ACCOUNTS[number % ACCOUNTS.length] ?? POISONED;
    if (isArmed && account === POISONED) {
      isArmed = false;
      await say({ kind: 'poison', number });
      board.tell(`Deposit ${number} of bob cannot be booked.`, 'bad');
    }
    board.move('log', 'consumer', `${account} #${number}`);
    await send({ account, number });
  });
  watchParked(stage, keys, names.group);
  return {
    setFault: async (isOn) => {
      isArmed = isOn;
      if (isOn) return;
      await say({ kind: 'mend' });
      for (const key of await keys.list({ subscription: names.group }))
        if (key.state === 'parked') await keys.release(key, { who: 'the lesson', why: 'the handler is mended' });
      board.tell('The handler is mended and bob’s key released.', 'good');
    },
  };
}

function showBooked({ board }: LessonStage, last: Map<string, number>, { key = '', number = 0 }: WorkerWord): void {
  const isLate = number <= (last.get(key) ?? 0);
  last.set(key, Math.max(number, last.get(key) ?? 0));
  board.move('consumer', 'book', `${key} #${number}`, isLate ? 'bad' : 'good');
  board.push(key, { text: String(number), tone: isLate ? 'bad' : 'good' });
  board.count(key === POISONED ? 'bob' : 'others');
  if (isLate) board.count('outOfOrder');
}

function watchParked(stage: LessonStage, keys: ParkedKeys, subscription: string): void {
  const { board } = stage;
  stage.repeat(EVERY_MS, async () => {
    const parked = await keys.list({ subscription });
    const waiting = parked.reduce((sum, { messages }) => sum + messages, 0);
    if (waiting > board.fact('parked')) board.move('consumer', 'parked', POISONED, 'warn');
    if (waiting < board.fact('parked')) board.move('parked', 'consumer', POISONED, 'good');
    board.set('parked', waiting);
    board.mark('parked', waiting > 0 ? 'waiting' : 'up', waiting > 0 ? `${waiting} of bob wait` : 'empty');
  });
}
