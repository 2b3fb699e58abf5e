import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer as GroupConsumer, ConsumerOptions } from '@platformatic/kafka';
import type { Lesson, RunningLesson } from './lesson.ts';
import type { LessonStage } from './lesson-stage.ts';

const PARTITIONS = 6;
const WRITE_MS = 300;
const LOOK_MS = 100;
/** A partition from which nothing came for so long stands still. */
const STILL_MS = 900;
const SESSION_MS = 6000;
const HEARTBEAT_MS = 500;
const LEAVE_DEADLINE_MS = 5000;

type MemberId = 'a' | 'b';
type Protocol = 'classic' | 'cooperative' | 'consumer';
type Bytes = ConsumerOptions<Buffer, Buffer, Buffer, Buffer>;

// #region protocols
/** What a member says when it joins: the three ways in which Kafka's groups share partitions. */
const PROTOCOLS: Readonly<Record<Protocol, Partial<Bytes>>> = {
  classic: {
    protocols: [{ name: 'roundrobin', version: 1 }],
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
  },
  cooperative: {
    protocols: [{ name: 'cooperative-sticky', version: 1 }],
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
  },
  consumer: { groupProtocol: 'consumer' },
};
// #endregion

export const rebalanceLesson: Lesson = {
  id: 'rebalance',
  title: 'Rebalance',
  teaches: 'When members join and leave, partitions move; how many stand still meanwhile depends on the protocol.',
  words: [
    'The members of a group share the partitions of a topic. One that joins must be given some, one that leaves must hand its own over, and no partition may have two readers.',
    'Classic: everybody gives up everything, joins again, and is told its share. Cooperative (KIP-429): members keep what they have and give up only what moves, in a second round. The next generation (KIP-848): the broker decides, and each member is told with its heartbeat what to give up and what to take; there are no rounds.',
  ],
  steps: [
    'Choose a protocol and begin: one member reads all six partitions.',
    'Turn the switch: a second member joins, and takes half. Watch which partitions stand still meanwhile.',
    'Turn it back: it leaves, and its partitions go home. Then try another protocol.',
  ],
  switch: {
    label: 'A second member',
    on: 'Two members share the partitions.',
    off: 'One member has all partitions.',
  },
  choices: [
    { id: 'classic', label: 'Classic (eager)' },
    { id: 'cooperative', label: 'Cooperative (KIP-429)' },
    { id: 'consumer', label: 'Next generation (KIP-848)' },
  ],
  watch: [
    { fact: 'moved', label: 'Partitions that moved', about: 'from one member to another', kind: 'fault' },
    { fact: 'revoked', label: 'Partitions taken away', about: 'in the classic protocol from everybody, each time' },
    { fact: 'read', label: 'Records read', about: 'goes on' },
    { fact: 'shared', label: 'Partitions with two readers', about: 'stays at 0', kind: 'must' },
  ],
  needs: [],
  begin: (stage, choice) => beginRebalance(stage, choice as Protocol),
};

async function beginRebalance(stage: LessonStage, protocol: Protocol): Promise<RunningLesson> {
  const { board } = stage;
  board.place(
    { id: 'log', label: `Topic, ${PARTITIONS} partitions`, kind: 'topic', column: 0, row: 0 },
    { id: 'a', label: 'Member A', kind: 'process', column: 1, row: 0 },
    { id: 'b', label: 'Member B', kind: 'process', column: 1, row: 1 },
  );
  board.connect('log', 'a');
  board.connect('log', 'b');
  board.mark('b', 'down', 'not there');
  for (const fact of ['moved', 'revoked', 'read', 'shared']) board.set(fact, 0);
  const topic = await stage.createTopic('shares', PARTITIONS);
  const group = new SharedTopic(stage, topic, protocol);
  await group.join('a');
  await writeToAll(stage, topic);
  stage.repeat(LOOK_MS, () => group.look());
  return {
    setFault: async (isOn) => {
      board.tell(isOn ? 'Member B joins.' : 'Member B leaves.');
      await (isOn ? group.join('b') : group.leave('b'));
    },
  };
}

async function writeToAll(stage: LessonStage, topic: string): Promise<void> {
  const writer = await stage.kafka.openWriter();
  stage.onClose(() => writer.close());
  stage.repeat(WRITE_MS, () => {
    const records = Array.from({ length: PARTITIONS }, (_, partition) => ({
      key: String(partition),
      value: Buffer.from('share'),
      partition,
    }));
    return writer.write(topic, records);
  });
}

/** The group's members, and who has which partition. */
class SharedTopic {
  readonly #stage: LessonStage;
  readonly #topic: string;
  readonly #protocol: Protocol;
  readonly #groupId: string;
  readonly #members = new Map<MemberId, { readonly consumer: GroupConsumer; readonly close: () => Promise<void> }>();
  readonly #owned = new Map<MemberId, ReadonlySet<number>>();
  readonly #lastOwner = new Map<number, MemberId>();
  readonly #lastReadMs = new Map<number, number>();
  /** Members of a classic group between two generations: they have nothing, whatever they had. */
  readonly #between = new Set<MemberId>();

  constructor(stage: LessonStage, topic: string, protocol: Protocol) {
    this.#stage = stage;
    this.#topic = topic;
    this.#protocol = protocol;
    this.#groupId = stage.name('group');
    stage.onClose(() => Promise.all([...this.#members.keys()].map((id) => this.leave(id))));
  }

  async join(id: MemberId): Promise<void> {
    const { board, kafka } = this.#stage;
    board.mark(id, 'waiting', 'joins');
    // Loaded when it is wanted: it compiles schemas of its options, half a second of a processor at the console's start.
    const { Consumer, MessagesStreamFallbackModes, MessagesStreamModes } = await import('@platformatic/kafka');
    const consumer = new Consumer({
      clientId: `lesson-member-${id}`,
      bootstrapBrokers: [...kafka.bootstrapServers],
      groupId: this.#groupId,
      ...PROTOCOLS[this.#protocol],
    });
    // Heartbeats that fail while the broker is away are tried again; without a listener they would end the process.
    consumer.on('error', (error: Error) => board.tell(`Member ${id.toUpperCase()}: ${error.message}`, 'warn'));
    if (this.#protocol === 'classic') {
      consumer.on('consumer:group:rebalance', () => {
        this.#between.add(id);
        this.#own(id, new Set());
      });
      consumer.on('consumer:group:join', () => this.#between.delete(id));
    }
    const stream = await consumer.consume({
      topics: [this.#topic],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.LATEST,
      autocommit: 300,
      maxWaitTime: 100,
    });
    stream.on('data', ({ partition }) => this.#noteRead(id, partition));
    stream.on('error', (error: Error) => board.tell(`Member ${id.toUpperCase()}: ${error.message}`, 'warn'));
    const close = async (): Promise<void> => {
      await stream.close();
      await consumer.close(true);
    };
    this.#members.set(id, { consumer, close });
  }

  async leave(id: MemberId): Promise<void> {
    const member = this.#members.get(id);
    this.#members.delete(id);
    this.#between.delete(id);
    this.#own(id, new Set());
    this.#stage.board.mark(id, 'down', 'not there');
    // A broker that does not answer must not hold up a reset; the member's session ends without it.
    await Promise.race([member?.close(), delay(LEAVE_DEADLINE_MS, undefined, { ref: false })]);
  }

  /** What the members say that they have. */
  look(): void {
    for (const [id, { consumer }] of this.#members) {
      if (this.#between.has(id)) continue;
      const partitions = (consumer.assignments ?? []).flatMap((assignment) => assignment.partitions);
      this.#own(id, new Set(partitions));
      this.#stage.board.mark(id, partitions.length > 0 ? 'up' : 'waiting', `${partitions.length} partitions`);
    }
    const all = [...this.#owned.values()].flatMap((owned) => [...owned]);
    if (new Set(all).size < all.length) this.#stage.board.count('shared', all.length - new Set(all).size);
    this.#show();
  }

  #own(id: MemberId, now: ReadonlySet<number>): void {
    const { board } = this.#stage;
    const before = this.#owned.get(id) ?? new Set<number>();
    this.#owned.set(id, now);
    const revoked = [...before].filter((partition) => !now.has(partition));
    if (revoked.length > 0) {
      board.count('revoked', revoked.length);
      board.tell(`Member ${id.toUpperCase()} gave up ${revoked.toSorted().join(', ')}.`, 'warn');
    }
    const added = [...now].filter((partition) => !before.has(partition));
    for (const partition of added) {
      if ((this.#lastOwner.get(partition) ?? id) !== id) board.count('moved');
      this.#lastOwner.set(partition, id);
    }
    if (added.length > 0) board.tell(`Member ${id.toUpperCase()} took ${added.toSorted().join(', ')}.`, 'good');
  }

  #noteRead(id: MemberId, partition: number): void {
    if (this.#stage.isClosed) return;
    this.#lastReadMs.set(partition, Date.now());
    this.#stage.board.count('read');
    this.#stage.board.move('log', id, `p${partition}`, 'good');
  }

  #show(): void {
    const nowMs = Date.now();
    for (const id of ['a', 'b'] as const) {
      const cells = [...(this.#owned.get(id) ?? [])].toSorted().map((partition) => {
        const isStill = nowMs - (this.#lastReadMs.get(partition) ?? 0) > STILL_MS;
        return { id: String(partition), text: `p${partition}`, tone: isStill ? ('warn' as const) : ('good' as const) };
      });
      this.#stage.board.shelve(id, `Partitions of member ${id.toUpperCase()}`, cells);
    }
  }
}
