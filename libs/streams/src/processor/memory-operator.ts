/**
 * Remembers something of each key for a while, so that records that belong together meet: an order and its payment, an event and its
 * copies. Time is the stream's: the greatest timestamp that the partition has seen. Nothing is late: a record that comes when what was
 * remembered of its key is over meets nothing.
 */
import type { MemoryStore } from '../store/index.ts';
import type { Forward, OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord } from './operator.ts';

/** What is to be remembered of a key, and the stream time, in milliseconds since the epoch, after which it is over. */
export interface Remembered<S> {
  readonly state: S;
  readonly untilMs: number;
}

export interface MemoryOptions<K, V, S, R> {
  readonly store: StoreDefinition<MemoryStore<K, S>>;
  readonly meet: (
    remembered: Remembered<S> | undefined,
    value: V,
    timestampMs: number,
    tell: (result: R) => void,
  ) => Remembered<S> | undefined;
  readonly over?: (state: S, tell: (result: R) => void) => void;
}

export function memoryOperator<K, V, S, R>(options: MemoryOptions<K, V, S, R>): OpenOperator<K, V, K, R> {
  return (context, forward) => new MemoryOperator(options, context, forward);
}

class MemoryOperator<K, V, S, R> implements Operator<K, V> {
  private readonly state: MemoryStore<K, S>;

  constructor(
    private readonly options: MemoryOptions<K, V, S, R>,
    context: OperatorContext,
    private readonly forward: Forward<K, R>,
  ) {
    this.state = context.store(options.store);
  }

  process({ key, value, timestampMs }: StreamRecord<K, V>): void {
    const { state } = this;
    if (timestampMs > state.streamTimeMs) state.streamTimeMs = timestampMs;
    this.forgetWhatIsOver();
    const known = state.of(key);
    const tell = (result: R): void => this.forward({ key, value: result, timestampMs });
    const remembered = this.options.meet(known, value, timestampMs, tell);
    if (!remembered) {
      if (known) state.forget(known);
    } else if (known) state.replace(known, remembered.state, remembered.untilMs);
    else state.add(key, remembered.state, remembered.untilMs);
  }

  private forgetWhatIsOver(): void {
    for (;;) {
      const memory = this.state.takeOver();
      if (!memory) return;
      const { key, untilMs } = memory;
      this.options.over?.(memory.state, (result) => this.forward({ key, value: result, timestampMs: untilMs }));
    }
  }
}
