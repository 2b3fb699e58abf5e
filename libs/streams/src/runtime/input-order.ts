/**
 * Which record of a task is next. Inputs that are joined are read in order of event time: the earliest head goes first, and an input
 * that has records on the way is waited for; so a replay joins as it was joined live. An input that has come to its end does not hold
 * the others up.
 */
import type { FetchedChunk, LogReader, RecordCursor } from '@headwater/messaging';
import type { Task } from '../task/index.ts';
import type { Topology } from '../topology/index.ts';

export class TaskInput {
  private chunk: FetchedChunk | undefined;
  private cursor: RecordCursor | undefined;
  private hasHead = false;
  /** Event time of the head, once it was asked for. */
  private headMs: number | undefined;
  private isReadable = false;
  private preparing: Promise<void> | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly reader: LogReader,
    private readonly task: Task,
    /** The offset of the next record to process. */
    public position: number,
  ) {}

  /** The next record; undefined when none has arrived. It stays the next one until `advance`. */
  head(): RecordCursor | undefined {
    while (!this.hasHead) {
      if (!this.cursor) {
        this.chunk = this.reader.take(this.topic, this.partition);
        if (!this.chunk) return undefined;
        this.cursor = this.chunk.records();
      }
      if (this.cursor.next()) {
        this.hasHead = true;
        this.headMs = undefined;
        this.isReadable = false;
      } else {
        this.position = Math.max(this.position, this.chunk!.nextOffset);
        this.cursor = undefined;
      }
    }
    return this.cursor;
  }

  /** What must be awaited before the head can be read; nearly always nothing. The same while it is not settled. */
  waits(): Promise<void> | undefined {
    if (this.isReadable) return undefined;
    this.preparing ??= this.task.prepare(this.topic, this.cursor!)?.finally(() => {
      this.preparing = undefined;
    });
    this.isReadable = this.preparing === undefined;
    return this.preparing;
  }

  /** The event time of the head. One that cannot be read is before all others: it is passed over in its turn. */
  timestampMs(): number {
    return (this.headMs ??= this.readTimestampMs());
  }

  private readTimestampMs(): number {
    try {
      return this.task.timestampOf(this.topic, this.cursor!);
    } catch {
      return Number.NEGATIVE_INFINITY;
    }
  }

  advance(): void {
    this.hasHead = false;
    this.position = this.cursor!.offset + 1;
  }

  /** Whether there is nothing to wait for. */
  isCaughtUp(): boolean {
    return !this.hasHead && this.cursor === undefined && this.reader.isCaughtUp(this.topic, this.partition);
  }

  lag(): number | undefined {
    const end = this.reader.endOffset(this.topic, this.partition);
    return end === undefined ? undefined : Math.max(end - this.position, 0);
  }
}

/** Inputs that are read in one order. */
export class InputGroup {
  constructor(private readonly inputs: readonly TaskInput[]) {}

  /** The input whose head is next, or has to be waited for before that can be said; undefined while it is not known. */
  next(): TaskInput | undefined {
    const [only] = this.inputs;
    if (this.inputs.length === 1 && only) return only.head() ? only : undefined;
    let first: TaskInput | undefined;
    for (const input of this.inputs) {
      if (!input.head()) {
        if (!input.isCaughtUp()) return undefined;
        continue;
      }
      if (input.waits()) return input;
      if (!first || input.timestampMs() < first.timestampMs()) first = input;
    }
    return first;
  }
}

/** Groups a task's inputs by what joins them. Tables come first in a group, so that they win a tie. */
export function groupInputs(topology: Topology, inputs: readonly TaskInput[]): InputGroup[] {
  const groupOf = new Map<string, Set<string>>(inputs.map(({ topic }) => [topic, new Set([topic])]));
  for (const topics of topology.copartitioned) {
    const joined = new Set(topics.flatMap((topic) => [...(groupOf.get(topic) ?? [])]));
    for (const topic of joined) groupOf.set(topic, joined);
  }
  const tables = new Set(topology.sources.filter(({ role }) => role === 'table').map(({ topic }) => topic.name));
  return [...new Set(groupOf.values())].map(
    (topics) =>
      new InputGroup(
        inputs
          .filter(({ topic }) => topics.has(topic))
          .sort((one, other) => Number(tables.has(other.topic)) - Number(tables.has(one.topic))),
      ),
  );
}
