/**
 * Remembers something of each key for a while, so that records that belong together meet: an order and its payment, an event and its
 * copies, the windows of a figure that is smoothed. Time is the stream's: the greatest timestamp that the partition has seen, or what an
 * aligned topic tells. Nothing is late by itself: a record that comes when what was remembered of its key is over meets nothing, and can
 * be judged by the stream's time.
 */
import type { MemoryStore } from '../store/index.ts';
import type { Forward, OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord } from './operator.ts';

/** What is to be remembered of a key, and the stream time, in milliseconds since the epoch, after which it is over. */
export interface Remembered<S> {
  readonly state: S;
  readonly untilMs: number;
}

/** Where the stream is when a record comes. */
export interface MemoryTime {
  /** The greatest time that the stream has come to, in milliseconds since the epoch; -1 when it is not known yet. */
  readonly streamTimeMs: number;
  /** Counts the record as one that came too late. */
  late(): void;
}

export interface MemoryOptions<K, V, S, R> {
  readonly name: string;
  /** Whether stream time is told by `advanceTo`, and not by records. */
  readonly isAligned: boolean;
  readonly store: StoreDefinition<MemoryStore<K, S>>;
  readonly meet: (
    remembered: Remembered<S> | undefined,
    value: V,
    timestampMs: number,
    tell: (result: R) => void,
    time: MemoryTime,
  ) => Remembered<S> | undefined;
  // Most memories just end, and their function answers nothing.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly over?: (state: S, tell: (result: R) => void) => Remembered<S> | undefined | void;
}

export function memoryOperator<K, V, S, R>(options: MemoryOptions<K, V, S, R>): OpenOperator<K, V, K, R> {
  return (context, forward) => new MemoryOperator(options, context, forward);
}

class MemoryOperator<K, V, S, R> implements Operator<K, V>, MemoryTime {
  private readonly state: MemoryStore<K, S>;

  constructor(
    private readonly options: MemoryOptions<K, V, S, R>,
    private readonly context: OperatorContext,
    private readonly forward: Forward<K, R>,
  ) {
    this.state = context.store(options.store);
  }

  get streamTimeMs(): number {
    return this.state.streamTimeMs;
  }

  late(): void {
    this.context.droppedLate(this.options.name);
  }

  process({ key, value, timestampMs }: StreamRecord<K, V>): void {
    const { state } = this;
    if (!this.options.isAligned && timestampMs > state.streamTimeMs) state.streamTimeMs = timestampMs;
    this.forgetWhatIsOver();
    const known = state.of(key);
    const tell = (result: R): void => this.forward({ key, value: result, timestampMs });
    const remembered = this.options.meet(known, value, timestampMs, tell, this);
    if (!remembered) {
      if (known) state.forget(known);
    } else if (known) state.replace(known, remembered.state, remembered.untilMs);
    else state.add(key, remembered.state, remembered.untilMs);
  }

  advanceTo(timeMs: number): void {
    if (!this.options.isAligned || timeMs <= this.state.streamTimeMs) return;
    this.state.streamTimeMs = timeMs;
    this.forgetWhatIsOver();
  }

  private forgetWhatIsOver(): void {
    for (;;) {
      const memory = this.state.takeOver();
      if (!memory) return;
      const { key, untilMs } = memory;
      const renewed = this.options.over?.(memory.state, (result) => {
        this.forward({ key, value: result, timestampMs: untilMs });
      });
      if (renewed) this.state.add(key, renewed.state, renewed.untilMs);
    }
  }
}
