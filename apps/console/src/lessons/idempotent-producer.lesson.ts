import kafkajs, { type Producer } from 'kafkajs';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';
import { LossyLine } from './lossy-line.ts';

const EVERY_MS = 350;
const LOSE_ONE_OF = 3;

export const idempotentProducerLesson: Lesson = {
  id: 'idempotent-producer',
  title: 'Idempotent producer',
  teaches:
    'An acknowledgement that gets lost makes a producer send again; sequence numbers keep that from writing twice.',
  words: [
    'A producer that hears nothing cannot know whether its batch was written and the answer lost, or the batch itself. It has to send again, or lose records.',
    'Two producers write the same records, each to its own topic, over a line that can lose answers. One is idempotent: the broker gave it a producer id, and each of its batches carries a sequence number. The batch that comes again carries the same number, the broker recognizes it and answers as it did the first time.',
  ],
  steps: [
    'Begin: both topics hold the same records, each once.',
    'Turn the switch: of every three answers the line now loses one, after the broker has written the batch.',
    'Compare the two logs. The plain one has records twice; the idempotent one has none, though it sent as many batches again.',
  ],
  switch: {
    label: 'Lose acknowledgements',
    on: 'The line cuts the connection in place of one answer of three.',
    off: 'All answers arrive.',
  },
  choices: [],
  watch: [
    { fact: 'lost', label: 'Answers lost', about: 'each one makes a producer send its batch again', kind: 'fault' },
    { fact: 'sent', label: 'Records sent', about: 'by each of the two' },
    { fact: 'plainDuplicates', label: 'Written twice, plain', about: 'grows with the lost answers', kind: 'fault' },
    { fact: 'idempotentDuplicates', label: 'Written twice, idempotent', about: 'stays at 0', kind: 'must' },
  ],
  needs: [],
  begin: (stage) => beginIdempotentProducer(stage),
};

/** The two producers: the same client, the same line, and one difference. */
const PRODUCERS = [
  { id: 'plain', label: 'Plain producer', idempotent: false },
  { id: 'idempotent', label: 'Idempotent producer', idempotent: true },
] as const;

async function beginIdempotentProducer(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  const lines: LossyLine[] = [];
  for (const [row, { id, label, idempotent }] of PRODUCERS.entries()) {
    board.place(
      { id, label, kind: 'process', column: 0, row },
      { id: `${id}-line`, label: 'Line', kind: 'process', column: 1, row },
      { id: `${id}-log`, label: `Topic, ${id}`, kind: 'topic', column: 2, row },
    );
    board.connect(id, `${id}-line`, `${id}-log`);
    board.shelve(id, `Log of the ${label.toLowerCase()}`, []);
    const topic = await stage.createTopic(id);
    const line = new LossyLine(() => {
      board.count('lost');
      board.move(`${id}-log`, `${id}-line`, 'ack lost', 'bad');
    });
    lines.push(line);
    stage.onClose(() => line.close());
    const producer = await openProducer(stage, line, idempotent);
    watchLog(stage, id, topic);
    writeOn(stage, id, topic, producer);
  }
  board.tell('Both producers write one record after the other.');
  return {
    setFault: (isOn) => {
      for (const line of lines) line.loseOneOf = isOn ? LOSE_ONE_OF : 0;
      board.tell(isOn ? 'The line loses acknowledgements.' : 'The line is whole again.', isOn ? 'bad' : 'good');
      return Promise.resolve();
    },
  };
}

async function openProducer(stage: LessonStage, line: LossyLine, idempotent: boolean): Promise<Producer> {
  const kafka = new kafkajs.Kafka({
    clientId: stage.name('producer'),
    brokers: [...stage.kafka.bootstrapServers],
    socketFactory: line.socketFactory,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer({
    idempotent,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 1000 },
  });
  await producer.connect();
  stage.onClose(() => producer.disconnect());
  return producer;
}

function writeOn(stage: LessonStage, id: string, topic: string, producer: Producer): void {
  let number = 0;
  stage.repeat(EVERY_MS, async () => {
    number += 1;
    stage.board.move(id, `${id}-line`, `#${number}`);
    await producer.send({ topic, acks: -1, messages: [{ key: String(number), value: `record ${number}` }] });
    if (id === 'plain') stage.board.set('sent', number);
  });
}

/** Reads what is really in the log: a key that comes again was written twice. */
function watchLog(stage: LessonStage, id: string, topic: string): void {
  const seen = new Set<string>();
  stage.board.set(`${id}Duplicates`, 0);
  stage.follow(topic, 1, 'read-uncommitted', ({ key }) => {
    const isAgain = seen.has(key);
    seen.add(key);
    stage.board.move(`${id}-line`, `${id}-log`, `#${key}`, isAgain ? 'bad' : 'good');
    stage.board.push(id, { text: key, tone: isAgain ? 'bad' : 'good' });
    if (isAgain) stage.board.count(`${id}Duplicates`);
  });
}
