import kafkajs from 'kafkajs';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';
import { readTopic, type FollowedRecord } from './log-follower.ts';

const KEYS = 8;
const WRITE_MS = 150;
const UPDATES = 4;
const LOOK_MS = 500;
const VALUE = Buffer.alloc(200, 'x');
/** Of the log's records, what is shown. */
const OLDEST = 32;
/** Without its cleaner the log must not grow for ever. */
const MOST_RECORDS = 3000;

/** Small segments, since the one that is written is never cleaned. */
const CONFIG = {
  'cleanup.policy': 'compact',
  'segment.ms': '1000',
  'min.cleanable.dirty.ratio': '0.3',
};
const HOUR_MS = '3600000';

export const compactionLesson: Lesson = {
  id: 'compaction',
  title: 'Log compaction',
  teaches: 'A compacted topic keeps the last record of each key: the log stays as small as the table that it is.',
  words: [
    'Eight keys are updated again and again. Only the last value of each matters to who builds a table of them. The cleaner copies, in the background, the records that no later one of the same key supersedes; offsets stay what they were, so the log gets gaps.',
    'The dirty part is what came since the last cleaning. When its share passes min.cleanable.dirty.ratio (0.3 here) the log is worth cleaning; the bundled broker looks every 15 s. min.compaction.lag.ms keeps records from being cleaned that are younger; with an hour, the cleaner has nothing to do.',
  ],
  steps: [
    'Begin: watch the dirty share climb and fall, and offsets vanish.',
    'Turn the switch: min.compaction.lag.ms of the topic becomes an hour. The log grows and the dirty share with it; the table in it has eight rows still.',
    'Turn it back, and wait for the cleaner’s next look: thousands of records become a few.',
  ],
  switch: {
    label: 'Hold the cleaner back',
    on: 'min.compaction.lag.ms is an hour: nothing may be cleaned.',
    off: 'min.compaction.lag.ms is 0.',
  },
  choices: [],
  watch: [
    { fact: 'written', label: 'Records ever written', about: 'the last offset' },
    { fact: 'retained', label: 'Records in the log', about: 'grows without the cleaner', kind: 'fault' },
    { fact: 'vanished', label: 'Offsets that vanished', about: 'superseded by a later record of their key' },
    { fact: 'dirtyPercent', label: 'Dirty share, %', about: 'what came since the last cleaning' },
    { fact: 'lostKeys', label: 'Keys without their last value', about: 'stays at 0', kind: 'must' },
  ],
  needs: [],
  begin: (stage) => beginCompaction(stage),
};

async function beginCompaction(stage: LessonStage): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'writer', label: 'Updates of 8 keys', kind: 'process', column: 0, row: 0 },
    { id: 'log', label: 'Compacted topic', kind: 'topic', column: 1, row: 0 },
    { id: 'cleaner', label: 'Cleaner', kind: 'process', column: 2, row: 0 },
  );
  board.connect('writer', 'log', 'cleaner');
  board.shelve('log', 'The oldest records of the log: offset and key', []);
  const topic = await stage.createTopic('table', 1, CONFIG);
  const writer = await stage.kafka.openWriter();
  stage.onClose(() => writer.close());
  const log = new WatchedLog(stage, topic);
  let number = 0;
  stage.repeat(WRITE_MS, async () => {
    if (board.fact('retained') >= MOST_RECORDS) return;
    const records = Array.from({ length: UPDATES }, () => ({ key: `k${(number += 1) % KEYS}`, value: VALUE }));
    await writer.write(topic, records);
    log.noteWritten(records.map(({ key }) => key));
    board.move('writer', 'log', `${UPDATES} updates`);
  });
  stage.repeat(LOOK_MS, () => log.look());
  return {
    setFault: async (isOn) => {
      const entries = Object.entries({ ...CONFIG, 'min.compaction.lag.ms': isOn ? HOUR_MS : '0' });
      const configEntries = entries.map(([name, value]) => ({ name, value }));
      await stage.parts.admin.use((admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
        }),
      );
      board.mark('cleaner', isOn ? 'waiting' : 'up', isOn ? 'may clean nothing' : '');
      board.tell(isOn ? 'Nothing may be cleaned for an hour.' : 'The cleaner may work.', isOn ? 'bad' : 'good');
    },
  };
}

/** The log as a reader sees it, and what that tells of its cleaner. */
class WatchedLog {
  readonly #stage: LessonStage;
  readonly #topic: string;
  /** Where each key was last acknowledged, by the order of the writes; one partition has no other. */
  readonly #lastOffsets = new Map<string, number>();
  #written = 0;
  #seen = new Set<number>();
  /** Below it the log is clean. */
  #firstDirty = 0;

  constructor(stage: LessonStage, topic: string) {
    this.#stage = stage;
    this.#topic = topic;
  }

  noteWritten(keys: readonly string[]): void {
    for (const key of keys) this.#lastOffsets.set(key, this.#written++);
  }

  async look(): Promise<void> {
    const { board } = this.#stage;
    const wanted = new Map(this.#lastOffsets);
    const written = this.#written;
    const records = await readTopic(this.#stage.kafka, this.#topic);
    const offsets = new Set(records.map(({ offset }) => offset));
    const gone = [...this.#seen].filter((offset) => !offsets.has(offset));
    this.#seen = offsets;
    if (gone.length > 0) {
      this.#firstDirty = Math.max(...gone) + 1;
      board.move('cleaner', 'log', `-${gone.length}`, 'good');
      board.tell(`The cleaner removed ${gone.length} superseded records.`, 'good');
    }
    const dirty = records.filter(({ offset }) => offset >= this.#firstDirty).length;
    board.set('written', written);
    board.set('retained', records.length);
    board.set('vanished', Math.max(written - records.length, 0));
    board.set('dirtyPercent', records.length === 0 ? 0 : Math.round((dirty / records.length) * 100));
    board.set('lostKeys', lostKeys(wanted, records));
    const cells = records.slice(0, OLDEST).map(({ offset, key }) => ({
      id: String(offset),
      text: `${offset} ${key}`,
      tone: offset < this.#firstDirty ? ('good' as const) : ('warn' as const),
    }));
    board.shelve('log', 'The oldest records of the log: offset and key', cells);
  }
}

/** Keys whose last acknowledged record is not there, and no later one either. */
function lostKeys(wanted: ReadonlyMap<string, number>, records: readonly FollowedRecord[]): number {
  const last = new Map(records.map(({ key, offset }) => [key, offset]));
  return [...wanted].filter(([key, offset]) => (last.get(key) ?? -1) < offset).length;
}
