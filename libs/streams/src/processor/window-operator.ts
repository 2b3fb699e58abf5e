/**
 * Aggregates by key and time window.
 *
 * A window is closed when stream time reaches its end plus grace. With `emit: 'final'` each aggregate is forwarded once, then, the
 * windows in order; with `'updates'` it is forwarded after changes, once per commit. A late record is one whose window is closed.
 */
import type { StreamTopic } from '../codec/index.ts';
import type { WindowStore } from '../store/index.ts';
import { startsOf, type TimeWindows, type Windowed } from '../window/index.ts';
import type { Forward, OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord } from './operator.ts';

/** Which results are forwarded: each once when its window is closed, or the newest at each commit. */
export type Emit = 'final' | 'updates';

/**
 * What happens to a record whose window is closed:
 * - `drop`: counted (`streams_late_records_total`), and otherwise ignored;
 * - `update`: the window's result is corrected and forwarded again, as long as the window is retained; then as `drop`;
 * - a topic: counted and written there as it was.
 */
export type LatePolicy<K, V> = 'drop' | { readonly update: { readonly retentionMs: number } } | StreamTopic<K, V>;

export interface WindowAggregateOptions<K, V, A> {
  readonly name: string;
  readonly store: StoreDefinition<WindowStore<K, A>>;
  readonly windows: TimeWindows;
  readonly emit: Emit;
  readonly late: LatePolicy<K, V>;
  /** Whether stream time is told by `advanceTo`, and not by records. */
  readonly isAligned?: boolean;
  readonly initial: () => A;
  readonly add: (aggregate: A, value: V, key: K) => A;
}

export function windowOperator<K, V, A>(options: WindowAggregateOptions<K, V, A>): OpenOperator<K, V, Windowed<K>, A> {
  return (context, forward) => new WindowOperator(options, context, forward);
}

class WindowOperator<K, V, A> implements Operator<K, V> {
  private readonly state: WindowStore<K, A>;
  /** How long after its end a window is kept. */
  private readonly keptMs: number;

  constructor(
    private readonly options: WindowAggregateOptions<K, V, A>,
    private readonly context: OperatorContext,
    private readonly forward: Forward<Windowed<K>, A>,
  ) {
    const { late, windows } = options;
    this.state = context.store(options.store);
    this.keptMs = typeof late === 'object' && 'update' in late ? late.update.retentionMs : windows.graceMs;
  }

  process(record: StreamRecord<K, V>): void {
    const { timestampMs } = record;
    const { windows, isAligned } = this.options;
    if (!isAligned && timestampMs > this.state.streamTimeMs) this.advance(timestampMs);
    if (windows.advanceMs === windows.sizeMs)
      this.addTo(Math.floor(timestampMs / windows.sizeMs) * windows.sizeMs, record);
    else for (const startMs of startsOf(windows, timestampMs)) this.addTo(startMs, record);
  }

  advanceTo(timeMs: number): void {
    if (this.options.isAligned && timeMs > this.state.streamTimeMs) this.advance(timeMs);
  }

  flush(): void {
    if (this.options.emit === 'final') return;
    for (const { key, startMs, aggregate, timestampMs } of this.state.changes())
      this.tell(key, startMs, aggregate, timestampMs);
  }

  /** Windows that start before this are closed. */
  private closedBeforeMs(): number {
    const { sizeMs, graceMs } = this.options.windows;
    return this.state.streamTimeMs - sizeMs - graceMs + 1;
  }

  private advance(timestampMs: number): void {
    const before = this.closedBeforeMs();
    this.state.streamTimeMs = timestampMs;
    const closedBeforeMs = this.closedBeforeMs();
    if (this.state.earliestStartMs >= closedBeforeMs) return;
    const keptFromMs = timestampMs - this.options.windows.sizeMs - this.keptMs + 1;
    for (const startMs of this.state.starts()) {
      if (startMs >= closedBeforeMs) return;
      if (this.options.emit === 'final' && startMs >= before)
        for (const entry of this.state.window(startMs))
          this.tell(entry.key, startMs, entry.aggregate, entry.timestampMs);
      if (startMs >= keptFromMs) continue;
      // What was not told yet is told before it is forgotten.
      if (this.options.emit === 'updates')
        for (const entry of this.state.window(startMs))
          if (entry.dirty) this.tell(entry.key, startMs, entry.aggregate, entry.timestampMs);
      this.state.drop(startMs);
    }
  }

  private addTo(startMs: number, record: StreamRecord<K, V>): void {
    const { state } = this;
    const isLate = startMs < this.closedBeforeMs();
    if (isLate && !this.takesLate(startMs, record)) return;
    const { key, value, timestampMs } = record;
    const { add, initial, emit } = this.options;
    const entry = state.entry(key, startMs) ?? state.add(key, startMs, initial(), timestampMs);
    entry.aggregate = add(entry.aggregate, value, key);
    if (timestampMs > entry.timestampMs) entry.timestampMs = timestampMs;
    state.touch(entry);
    if (isLate && emit === 'final') this.tell(key, startMs, entry.aggregate, entry.timestampMs);
  }

  /** Whether a late record still changes its window. */
  private takesLate(startMs: number, record: StreamRecord<K, V>): boolean {
    const { late, windows, name } = this.options;
    const isKept = startMs + windows.sizeMs + this.keptMs > this.state.streamTimeMs;
    if (isKept) return true;
    this.context.droppedLate(name);
    if (typeof late === 'object' && 'name' in late) this.context.send(late, record);
    return false;
  }

  private tell(key: K, startMs: number, aggregate: A, timestampMs: number): void {
    const endMs = startMs + this.options.windows.sizeMs;
    this.forward({ key: { key, startMs, endMs }, value: aggregate, timestampMs });
  }
}
