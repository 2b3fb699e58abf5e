import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { likeChanged, topics } from '@headwater/contracts';
import {
  createKafkajsClient,
  EventCodec,
  systemClock,
  TopicSetup,
  type KafkaClient,
  type RecordToWrite,
  type RecordWriter,
} from '@headwater/messaging';
import { startBroker } from '@headwater/testkit';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { counted, readLake, type LakeFile } from './lake-files.ts';
import { SinkProcess } from './sink-process.ts';

const topic = topics.likes;
const dayMs = 86_400_000;
const firstDayMs = Date.UTC(2026, 0, 10, 12);
/** Far longer than a sink takes, however busy the machine is. */
const deadlineMs = 180_000;

const config = {
  'connector.class': 'parquet-sink',
  topics: topic.name,
  'flush.rows': '200',
  'flush.interval.ms': '100',
  'session.timeout.ms': '1000',
  'tidy.interval.ms': '300',
  'compact.min.files': '3',
};

/** A record of the topic, by `partition/offset`. */
type History = ReadonlyMap<string, { readonly eventId: string; readonly timestampMs: number }>;

class LakeStage {
  readonly random: Random;
  readonly lake: string;
  sinks: SinkProcess[] = [];
  fenced = 0;
  written = 0;
  readonly faults = new Map<string, number>();

  constructor(
    run: DrillRun,
    private readonly servers: { readonly bootstrapServers: string; readonly registryUrl: string },
    readonly client: KafkaClient,
    private readonly codec: EventCodec,
    private readonly writer: RecordWriter,
  ) {
    this.random = new Random(run.seed);
    this.lake = join(run.folder, 'lake');
  }

  startSink(): void {
    this.sinks.push(new SinkProcess({ ...this.servers, config: { ...config, 'lake.url': this.lake } }));
  }

  /** Likes of several days, in no order of time. */
  async write(): Promise<void> {
    const records = Array.from({ length: this.random.magnitude(400) }, (): RecordToWrite => {
      const timestampMs = firstDayMs + this.random.below(3) * dayMs + this.written;
      const eventId = `like-${this.written++}`;
      const value = { eventId, postId: 'post', userId: 'user', liked: true, occurredAt: new Date(timestampMs) };
      return {
        key: eventId,
        value: this.codec.encode(topic, likeChanged, value),
        partition: this.random.below(topic.partitions),
        timestampMs,
      };
    });
    await this.writer.write(topic.name, records);
  }

  /** One thing that happens to a sink. */
  async fault(): Promise<void> {
    const [sink] = this.random.shuffle(this.sinks);
    const kind = this.random.pick(['kill', 'kill', 'kill all', 'suspend', 'stop'] as const);
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    if (kind === 'suspend') {
      for (const suspended of this.sinks.filter(({ isSuspended }) => isSuspended)) suspended.resume();
      sink!.suspend();
      this.startSink();
      // It goes on when its partitions belong to another, or are about to.
      await this.during(this.random.between(500, 2_500));
      sink!.resume();
      return;
    }
    const victims = kind === 'kill all' ? this.sinks : [sink!];
    await Promise.all(victims.map((victim) => victim.end(kind === 'stop' ? 'SIGTERM' : 'SIGKILL')));
    this.forget(victims);
    while (this.sinks.length < 2) this.startSink();
  }

  /** Writes while time passes. */
  async during(ms: number): Promise<void> {
    for (const endMs = performance.now() + ms; performance.now() < endMs;) {
      await this.write();
      await delay(this.random.below(40));
    }
  }

  forget(ended: readonly SinkProcess[]): void {
    for (const sink of ended)
      this.fenced += sink.failures.filter((failure) => failure.startsWith('LAKE_FENCED')).length;
    this.sinks = this.sinks.filter((sink) => !ended.includes(sink));
  }

  /** @throws Violation when a sink ended by itself, which it does for no fault of this drill. */
  checkSinks(): void {
    for (const sink of this.sinks)
      promise(!sink.hasEnded, 'a sink goes on after a fault', () => `it ended by itself: ${sink.lastWords}`);
  }

  files(): Promise<LakeFile[]> {
    return readLake(join(this.lake, topic.name));
  }
}

/** All that is in the topic. */
async function historyOf(client: KafkaClient): Promise<History> {
  let arrived = Promise.withResolvers<undefined>();
  const reader = client.openLogReader(
    { isolation: 'read-committed', maxWaitMs: 100, maxBytesPerPartition: 1e6, maxBufferedBytesPerPartition: 4e6 },
    { onArrival: () => arrived.resolve(undefined), onOffsetOutOfRange: () => undefined },
  );
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition);
  const history = new Map<string, { eventId: string; timestampMs: number }>();
  for (const partition of partitions) reader.assign(topic.name, partition, 0);
  while (!partitions.every((partition) => reader.isCaughtUp(topic.name, partition))) {
    arrived = Promise.withResolvers();
    const chunks = partitions.flatMap((partition) => reader.take(topic.name, partition) ?? []);
    for (const chunk of chunks)
      for (const record = chunk.records(); record.next();) {
        const eventId = record.source.toString('utf8', record.keyStart, record.keyEnd);
        history.set(`${chunk.partition}/${record.offset}`, { eventId, timestampMs: record.timestampMs });
      }
    if (chunks.length === 0) await Promise.race([arrived.promise, delay(200)]);
  }
  await reader.close();
  return history;
}

/** @throws Violation when a row is none of the topic's, or is there twice. @returns how many are there */
function checkRows(files: readonly LakeFile[], history: History): number {
  const seen = new Map<string, string>();
  for (const { path, rows } of files)
    for (const { _partition: partition, _offset: offset, _timestamp: timestamp, eventId } of rows) {
      const place = `${partition}/${offset}`;
      const record = history.get(place);
      promise(
        record?.eventId === eventId && record.timestampMs === timestamp.getTime(),
        'a row is the record of its place',
        () => `${path}: ${place} is ${eventId}, in the topic it is ${record?.eventId}`,
      );
      promise(!seen.has(place), 'a row is there once', () => `${place} is in ${seen.get(place)} and in ${path}`);
      seen.set(place, path);
    }
  return seen.size;
}

/** Until a reader of all files finds each record once: what was merged is removed by then, too. */
async function untilWhole(stage: LakeStage, history: History): Promise<LakeFile[]> {
  const startedMs = performance.now();
  for (;;) {
    stage.checkSinks();
    const files = await stage.files();
    const rows = files.reduce((sum, file) => sum + file.rows.length, 0);
    if (rows === history.size && counted(files).length === files.length) return files;
    if (performance.now() - startedMs > deadlineMs) {
      const words = stage.sinks.map((sink) => sink.lastWords).join(' | ');
      throw new Violation(
        'every record comes into the lake',
        `${rows} of ${history.size} rows; the sinks say: ${words}`,
      );
    }
    await delay(100);
  }
}

async function run(drill: DrillRun): Promise<Summary> {
  const rounds = drill.numbers['rounds']!;
  await using broker = await startBroker({
    dataDir: join(drill.folder, 'broker'),
    flush: 'os',
    config: { 'group.min.session.timeout.ms': '500' },
  });
  const { bootstrapServers, registryUrl } = broker;
  const client = createKafkajsClient({
    clientId: 'lake-drill',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  await new TopicSetup(client).ensure([topic]);
  await codec.register([topic]);
  const writer = await client.openWriter();
  const stage = new LakeStage(drill, { bootstrapServers, registryUrl }, client, codec, writer);
  try {
    stage.startSink();
    stage.startSink();
    for (let round = 1; round <= rounds; round++) {
      await stage.during(stage.random.between(100, 2_000));
      await stage.fault();
      const files = await stage.files();
      const rows = checkRows(counted(files), await historyOf(client));
      stage.checkSinks();
      drill.onProgress(`fault ${round} of ${rounds}: ${rows} rows in ${files.length} files`);
    }
    for (const sink of stage.sinks.filter(({ isSuspended }) => isSuspended)) sink.resume();
    const history = await historyOf(client);
    const files = await untilWhole(stage, history);
    promise(checkRows(files, history) === history.size, 'every record is in the lake', () => 'some are not');
    await Promise.all(stage.sinks.map((sink) => sink.end('SIGTERM')));
    stage.forget(stage.sinks);
    const faults = Object.fromEntries([...stage.faults].map(([kind, count]) => [`times: ${kind}`, count]));
    return {
      'records in the topic': history.size,
      'rows in the lake': files.reduce((sum, { rows }) => sum + rows.length, 0),
      'files at the end': files.length,
      ...faults,
      'times fenced': stage.fenced,
    };
  } finally {
    await Promise.all(stage.sinks.map((sink) => sink.end('SIGKILL')));
    await writer.close();
  }
}

export const lakeDrill: Drill = {
  name: 'lake',
  about: 'sinks that write Parquet are killed, suspended and replaced: each record is in the lake once',
  details: `Two tasks of a Parquet sink, each a process, write likes of three days into a lake while they are killed, all at once too, suspended until
others have their partitions, resumed, and stopped in order; small files are merged all the time. After each fault every file is read
by another Parquet reader: it is whole, holds what its name says, its rows are the topic's records by offset, and none is there twice.
At the end every record is there once, for a reader that takes all files.`,
  options: [{ name: 'rounds', standard: 20, about: 'how many faults' }],
  run,
};
