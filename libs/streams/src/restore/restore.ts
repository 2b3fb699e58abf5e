/**
 * Reads partitions of compacted topics from their beginning to where they end now, each record into its store.
 *
 * It yields to the event loop every few milliseconds, so that heartbeats and requests go on. What is committed is read, nothing else:
 * behind a transaction that is open, restoring waits for its end.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock, KafkaClient, LogReader, OffsetRange } from '@headwater/messaging';
import type { RestoredRecord } from '../store/index.ts';
import type { RestoreProgress } from './restore-progress.ts';

export interface RestorePartition {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset before which to stop; the end of the partition when not given. */
  readonly before?: number;
  /** What must be awaited before the record is taken. */
  prepare?(record: RestoredRecord): Promise<void> | undefined;
  take(record: RestoredRecord): void;
}

interface Running {
  readonly target: RestorePartition;
  readonly range: OffsetRange;
  records: number;
  bytes: number;
  position: number;
}

const sliceMs = 8;

/** Resolves when everything is restored; rejects with the signal's reason when it aborts. */
export async function restore(
  client: KafkaClient,
  clock: Clock,
  targets: readonly RestorePartition[],
  tell: (progress: RestoreProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  if (targets.length === 0) return;
  let woken = Promise.withResolvers<undefined>();
  const wake = (): void => {
    woken.resolve(undefined);
    woken = Promise.withResolvers();
  };
  let running: Running[] = [];
  let failure: unknown;
  const reader = client.openLogReader(
    {
      isolation: 'read-committed',
      maxWaitMs: 100,
      maxBytesPerPartition: 1024 * 1024,
      maxBufferedBytesPerPartition: 2 * 1024 * 1024,
    },
    { onArrival: wake, onOffsetOutOfRange: (topic, partition) => void beginAgain(topic, partition) },
  );
  /** Retention was quicker: it goes on where the partition begins now. */
  const beginAgain = async (topic: string, partition: number): Promise<void> => {
    try {
      const { earliest } = (await reader.offsets(topic, [partition])).get(partition)!;
      for (const each of running)
        if (each.target.topic === topic && each.target.partition === partition)
          each.position = Math.max(each.position, earliest);
      reader.assign(topic, partition, earliest);
    } catch (error) {
      failure = error;
    }
    wake();
  };
  signal.addEventListener('abort', wake, { once: true });
  try {
    const startedMs = clock.nowMs();
    await begin(reader, targets, running, signal);
    while (running.length > 0) {
      signal.throwIfAborted();
      if (failure) throw failure as Error;
      const untilMs = performance.now() + sliceMs;
      const arrival = woken.promise;
      const worked: Running[] = [];
      for (const each of running) if (await readSlice(reader, each, untilMs)) worked.push(each);
      for (const each of worked) tell(progressOf(each, clock.nowMs() - startedMs));
      running = running.filter((each) => !isDone(each));
      await (worked.length > 0 ? setImmediate() : running.length > 0 ? arrival : undefined);
    }
  } finally {
    signal.removeEventListener('abort', wake);
    await reader.close();
  }
}

/** Finds where each partition begins and ends, waiting for brokers; those with nothing to read are left out. */
async function begin(
  reader: LogReader,
  targets: readonly RestorePartition[],
  running: Running[],
  signal: AbortSignal,
): Promise<void> {
  const byTopic = [...Map.groupBy(targets, (target) => target.topic)];
  const ranges = await Promise.all(
    byTopic.map(([topic, ofTopic]) =>
      reader.offsets(
        topic,
        ofTopic.map(({ partition }) => partition),
      ),
    ),
  );
  signal.throwIfAborted();
  for (const [index, [topic, ofTopic]] of byTopic.entries()) {
    for (const target of ofTopic) {
      const { earliest, latest } = ranges[index]!.get(target.partition)!;
      const range = { earliest, latest: Math.min(latest, target.before ?? latest) };
      if (range.earliest >= range.latest) continue;
      running.push({ target, range, records: 0, bytes: 0, position: earliest });
      reader.assign(topic, target.partition, earliest);
    }
  }
}

const isDone = ({ position, range }: Running): boolean => position >= range.latest;

/** Whether there was something to read. */
async function readSlice(reader: LogReader, running: Running, untilMs: number): Promise<boolean> {
  const { target, range } = running;
  let worked = false;
  while (!isDone(running)) {
    const chunk = reader.take(target.topic, target.partition);
    if (!chunk) break;
    worked = true;
    const cursor = chunk.records();
    while (cursor.next() && cursor.offset < range.latest) {
      const waits = target.prepare?.(cursor);
      if (waits) await waits;
      target.take(cursor);
      running.records++;
    }
    running.bytes += chunk.bytes;
    running.position = chunk.nextOffset;
    if (performance.now() > untilMs) break;
  }
  if (isDone(running)) reader.unassign(target.topic, target.partition);
  return worked;
}

function progressOf(running: Running, elapsedMs: number): RestoreProgress {
  const { target, range, records, bytes, position } = running;
  const done = isDone(running);
  return {
    name: target.name,
    topic: target.topic,
    partition: target.partition,
    records,
    bytes,
    percent: done ? 100 : (100 * (position - range.earliest)) / (range.latest - range.earliest),
    recordsPerSecond: (records * 1000) / Math.max(elapsedMs, 1),
    done,
  };
}
