import { WriteFailure } from '@headwater/messaging';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';

const EVERY_MS = 100;
/** The launcher starts the broker again by then, if nobody turns the switch back. */
const HOLD_MS = 20_000;

export const brokerRestartLesson: Lesson = {
  id: 'broker-restart',
  title: 'Broker restart',
  teaches:
    'Nothing that was acknowledged is lost when the broker dies; producers wait, send again, and write nothing twice.',
  words: [
    'An acknowledgement is a promise: with acks=all a record is durable before its producer hears of it. What was not acknowledged may be there or not; the producer sends it again, under the same sequence number.',
    'This lesson kills the broker of the running demo with SIGKILL: every service of it feels that. The launcher starts the broker again after 20 s, or when you turn the switch back; it reads its log, cuts off what was half written, and serves.',
  ],
  steps: [
    'Begin: a producer writes ten records a second and counts the acknowledgements; a reader counts what is in the log.',
    'Turn the switch: the broker is killed. The producer waits with the record that has no answer. The other pages say that Kafka is down.',
    'Turn it back, or wait: the broker recovers, the producer sends again, and every acknowledged record is in the log once.',
  ],
  switch: {
    label: 'Kill the broker',
    on: 'The broker was killed; the launcher starts it again after 20 s.',
    off: 'The broker serves.',
  },
  choices: [],
  watch: [
    { fact: 'acknowledged', label: 'Acknowledged', about: 'stands still while the broker is away' },
    { fact: 'retries', label: 'Attempts without an answer', about: 'the producer does not give up', kind: 'fault' },
    { fact: 'inLog', label: 'Read back', about: 'reaches the acknowledged ones again' },
    { fact: 'lost', label: 'Acknowledged and lost', about: 'stays at 0', kind: 'must' },
    { fact: 'twice', label: 'Written twice', about: 'stays at 0', kind: 'must' },
  ],
  needs: ['launcher'],
  begin: (stage) => beginBrokerRestart(stage),
  restore: (stage) => stage.parts.launcher.start('broker'),
};

async function beginBrokerRestart(stage: LessonStage): Promise<RunningLesson> {
  const { board, parts } = stage;
  board.place(
    { id: 'producer', label: 'Producer', kind: 'process', column: 0, row: 0 },
    { id: 'broker', label: 'Broker', kind: 'process', column: 1, row: 0 },
    { id: 'reader', label: 'Reader', kind: 'process', column: 2, row: 0 },
  );
  board.connect('producer', 'broker', 'reader');
  board.shelve('log', 'Read back from the log', []);
  for (const fact of ['acknowledged', 'retries', 'inLog', 'lost', 'twice']) board.set(fact, 0);
  const topic = await stage.createTopic('promises');
  const acknowledged = new Set<string>();
  await produce(stage, topic, acknowledged);
  readBack(stage, topic, acknowledged);
  return {
    setFault: async (isOn) => {
      if (isOn) {
        await parts.launcher.kill('broker', HOLD_MS);
        board.mark('broker', 'down', 'killed');
        board.tell('The broker was killed.', 'bad');
      } else {
        await parts.launcher.start('broker');
        board.tell('The launcher starts the broker again.');
      }
    },
  };
}

// #region producer-that-waits
/** One record after the other; the one that has no answer is written again until it has, by the same writer. */
async function produce(stage: LessonStage, topic: string, acknowledged: Set<string>): Promise<void> {
  const { board } = stage;
  const writer = await stage.kafka.openWriter();
  stage.onClose(() => writer.close());
  let number = 1;
  stage.repeat(EVERY_MS, async () => {
    const key = String(number);
    try {
      await writer.write(topic, [{ key, value: Buffer.from(`promise ${number}`) }]);
    } catch (error) {
      if (!(error instanceof WriteFailure) || error.then !== 'retry') throw error;
      board.count('retries');
      board.mark('producer', 'waiting', `waits with #${number}`);
      return;
    }
    acknowledged.add(key);
    number += 1;
    board.set('acknowledged', acknowledged.size);
    board.mark('producer', 'up');
    board.mark('broker', 'up');
    if (number % 5 === 0) board.move('producer', 'broker', `#${key}`, 'good');
  });
}
// #endregion

function readBack(stage: LessonStage, topic: string, acknowledged: ReadonlySet<string>): void {
  const { board } = stage;
  const seen = new Set<string>();
  let highest = 0;
  stage.follow(topic, 1, 'read-uncommitted', ({ key }) => {
    if (seen.has(key)) board.count('twice');
    seen.add(key);
    // One writer writes one record after the other: an acknowledged one that a later one has overtaken is not there.
    for (; highest < Number(key); highest += 1)
      if (acknowledged.has(String(highest)) && !seen.has(String(highest))) board.count('lost');
    board.set('inLog', seen.size);
    board.push('log', { text: key, tone: 'good' });
    if (Number(key) % 5 === 0) board.move('broker', 'reader', `#${key}`, 'good');
  });
}
