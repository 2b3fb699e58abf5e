/**
 * The first record of each value of a key in a time window, and none that say the same again. It is forwarded at once, as it was, so a
 * count of what comes out is a count of distinct values; a copy costs nothing behind this.
 *
 * Which of several is the first depends on the order in which they come; how many there are does not, as long as none is later than
 * grace. A late record is one whose window is closed; it is counted and dropped.
 */
import type { SeenStore } from '../store/index.ts';
import { startsOf, type TimeWindows } from '../window/index.ts';
import type { OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord, Forward } from './operator.ts';

export interface DistinctOptions<K, V> {
  readonly name: string;
  readonly store: StoreDefinition<SeenStore>;
  readonly windows: TimeWindows;
  readonly isAligned: boolean;
  /** What tells a record from others: its key, and what it says. */
  readonly identity: (value: V, key: K) => string;
}

export function distinctOperator<K, V>(options: DistinctOptions<K, V>): OpenOperator<K, V, K, V> {
  return (context, forward) => new DistinctOperator(options, context, forward);
}

class DistinctOperator<K, V> implements Operator<K, V> {
  private readonly state: SeenStore;

  constructor(
    private readonly options: DistinctOptions<K, V>,
    private readonly context: OperatorContext,
    private readonly forward: Forward<K, V>,
  ) {
    this.state = context.store(options.store);
  }

  process(record: StreamRecord<K, V>): void {
    const { state } = this;
    const { windows, isAligned, identity, name } = this.options;
    const { key, value, timestampMs } = record;
    if (!isAligned && timestampMs > state.streamTimeMs) this.advance(timestampMs);
    // Windows do not overlap, so there is one.
    for (const startMs of startsOf(windows, timestampMs)) {
      if (startMs < this.closedBeforeMs()) this.context.droppedLate(name);
      else if (state.see(identity(value, key), startMs)) this.forward(record);
    }
  }

  advanceTo(timeMs: number): void {
    if (this.options.isAligned && timeMs > this.state.streamTimeMs) this.advance(timeMs);
  }

  /** Windows that start before this are closed. */
  private closedBeforeMs(): number {
    const { sizeMs, graceMs } = this.options.windows;
    return this.state.streamTimeMs - sizeMs - graceMs + 1;
  }

  private advance(timeMs: number): void {
    this.state.streamTimeMs = timeMs;
    while (this.state.earliestStartMs < this.closedBeforeMs()) this.state.drop(this.state.earliestStartMs);
  }
}
