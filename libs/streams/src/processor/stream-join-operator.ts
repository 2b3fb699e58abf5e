/**
 * Two streams, joined by key within a window of event time: a left record at `t` meets right records from `t - beforeMs` to
 * `t + afterMs`. A pair is forwarded when its second record comes. A record that met nobody is forwarded alone, where the kind asks
 * for it, when stream time says that nobody can come any more: so that a pair is never preceded by a half of it.
 *
 * Stream time is the greatest timestamp on either side; a record that is older than it by more than grace is late.
 */
import type { JoinEntry, JoinSide, JoinStore } from '../store/index.ts';
import type { Forward, OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord } from './operator.ts';

export interface StreamJoinOptions<K, V, W, R> {
  readonly name: string;
  readonly store: StoreDefinition<JoinStore<K, V, W>>;
  readonly kind: 'inner' | 'left' | 'outer';
  /** How much earlier than the left record a right one may be. */
  readonly beforeMs: number;
  /** How much later. */
  readonly afterMs: number;
  readonly graceMs: number;
  readonly join: (left: V | undefined, right: W | undefined, key: K) => R;
}

/** The two inputs of one join. */
export function streamJoinOperators<K, V, W, R>(
  options: StreamJoinOptions<K, V, W, R>,
): readonly [OpenOperator<K, V, K, R>, OpenOperator<K, W, K, R>] {
  const open =
    (side: JoinSide): OpenOperator<K, unknown, K, R> =>
    (context, forward) => {
      const join = context.shared(options.name, () => new StreamJoin(options, context, forward));
      return { process: (record) => join.process(side, record) } satisfies Operator<K, unknown>;
    };
  return [open(0), open(1)];
}

class StreamJoin<K, V, W, R> {
  private readonly state: JoinStore<K, V, W>;

  constructor(
    private readonly options: StreamJoinOptions<K, V, W, R>,
    private readonly context: OperatorContext,
    private readonly forward: Forward<K, R>,
  ) {
    this.state = context.store(options.store);
  }

  process(side: JoinSide, { key, value, timestampMs }: StreamRecord<K, unknown>): void {
    const { name, graceMs, beforeMs, afterMs } = this.options;
    if (timestampMs > this.state.streamTimeMs) this.advance(timestampMs);
    if (timestampMs + graceMs < this.state.streamTimeMs) {
      this.context.droppedLate(name);
      return;
    }
    const fromMs = timestampMs - (side === 0 ? beforeMs : afterMs);
    const toMs = timestampMs + (side === 0 ? afterMs : beforeMs);
    let matched = false;
    for (const other of this.state.of(key, side === 0 ? 1 : 0)) {
      if (other.timestampMs < fromMs || other.timestampMs > toMs) continue;
      matched = true;
      this.state.match(other);
      const [left, right] = side === 0 ? [value, other.value] : [other.value, value];
      this.tell(key, left, right, Math.max(timestampMs, other.timestampMs));
    }
    this.state.add(side, key, timestampMs, value, matched);
  }

  private advance(timestampMs: number): void {
    const { beforeMs, afterMs, graceMs } = this.options;
    this.state.streamTimeMs = timestampMs;
    // The longer reach for both sides: alone is told a little later than it must be, and in one order for all.
    const expiredBeforeMs = timestampMs - Math.max(beforeMs, afterMs) - graceMs;
    for (;;) {
      const entry = this.state.takeBefore(expiredBeforeMs);
      if (!entry) return;
      if (!entry.matched) this.tellAlone(entry);
    }
  }

  private tellAlone({ side, key, value, timestampMs }: JoinEntry<K>): void {
    const { kind } = this.options;
    if (kind === 'inner' || (kind === 'left' && side === 1)) return;
    if (side === 0) this.tell(key, value, undefined, timestampMs);
    else this.tell(key, undefined, value, timestampMs);
  }

  private tell(key: K, left: unknown, right: unknown, timestampMs: number): void {
    const value = this.options.join(left as V | undefined, right as W | undefined, key);
    this.forward({ key, value, timestampMs });
  }
}
