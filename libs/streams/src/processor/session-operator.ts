/**
 * Aggregates by key and session. A record joins every session that it is at most a gap away from, and these become one; so the order
 * in which a session's records come does not matter as long as `merge` is associative and does not care for order.
 *
 * A session is closed when stream time is past its end by more than gap and grace: until then a record within grace may prolong it.
 */
import type { Session, SessionStore } from '../store/index.ts';
import type { SessionWindows, Windowed } from '../window/index.ts';
import type { Forward, OpenOperator, Operator, OperatorContext, StoreDefinition, StreamRecord } from './operator.ts';
import type { StreamTopic } from '../codec/index.ts';
import type { Emit } from './window-operator.ts';

export interface SessionAggregateOptions<K, V, A> {
  readonly name: string;
  readonly store: StoreDefinition<SessionStore<K, A>>;
  readonly windows: SessionWindows;
  readonly emit: Emit;
  /** As for time windows; a closed session is forgotten, so it cannot be updated. */
  readonly late: 'drop' | StreamTopic<K, V>;
  /** Whether stream time is told by `advanceTo`, and not by records. */
  readonly isAligned?: boolean;
  readonly initial: () => A;
  readonly add: (aggregate: A, value: V, key: K) => A;
  /** One aggregate of two that were apart. */
  readonly merge: (one: A, other: A, key: K) => A;
}

/** With `emit: 'updates'`, null says that a session which was forwarded has become part of another one. */
export function sessionOperator<K, V, A>(
  options: SessionAggregateOptions<K, V, A>,
): OpenOperator<K, V, Windowed<K>, A | null> {
  return (context, forward) => new SessionOperator(options, context, forward);
}

class SessionOperator<K, V, A> implements Operator<K, V> {
  private readonly state: SessionStore<K, A>;
  private readonly isOver = new WeakSet<Session<K, A>>();

  constructor(
    private readonly options: SessionAggregateOptions<K, V, A>,
    private readonly context: OperatorContext,
    private readonly forward: Forward<Windowed<K>, A | null>,
  ) {
    this.state = context.store(options.store);
  }

  process(record: StreamRecord<K, V>): void {
    const { state } = this;
    const { key, value, timestampMs } = record;
    const { gapMs } = this.options.windows;
    if (!this.options.isAligned && timestampMs > state.streamTimeMs) this.advance(timestampMs);
    const { initial, add, merge, name, late } = this.options;
    const near = state
      .of(key)
      .filter(({ startMs, endMs }) => startMs <= timestampMs + gapMs && endMs >= timestampMs - gapMs);
    const endMs = near.reduce((end, session) => Math.max(end, session.endMs), timestampMs);
    if (endMs < this.closedBeforeMs()) {
      this.context.droppedLate(name);
      if (late !== 'drop') this.context.send(late, record);
      return;
    }
    const startMs = near.reduce((start, session) => Math.min(start, session.startMs), timestampMs);
    const [first, ...others] = near;
    const merged = others.reduce((one, other) => merge(one, other.aggregate, key), first?.aggregate ?? initial());
    for (const session of near) state.remove(session);
    state.add(key, startMs, endMs, add(merged, value, key));
  }

  advanceTo(timeMs: number): void {
    if (this.options.isAligned && timeMs > this.state.streamTimeMs) this.advance(timeMs);
  }

  flush(): void {
    if (this.options.emit === 'final') return;
    // Removals first: a session that grew back to an old shape is the last word.
    for (const session of this.state.changes()) if (session.removed) this.tell(session, null);
    for (const session of this.state.changes()) if (!session.removed) this.tell(session, session.aggregate);
  }

  private closedBeforeMs(): number {
    const { gapMs, graceMs } = this.options.windows;
    return this.state.streamTimeMs - gapMs - graceMs;
  }

  private advance(timestampMs: number): void {
    this.state.streamTimeMs = timestampMs;
    for (;;) {
      const session = this.state.endedBefore(this.closedBeforeMs());
      if (!session) return;
      if (this.options.emit === 'final' || !session.logged) this.tell(session, session.aggregate);
      this.closed(session);
    }
  }

  /** It is over, not taken back: readers of updates are told nothing. */
  private closed(session: Session<K, A>): void {
    this.state.remove(session);
    this.isOver.add(session);
  }

  private tell(session: Session<K, A>, aggregate: A | null): void {
    if (aggregate === null && this.isOver.has(session)) return;
    const { key, startMs, endMs } = session;
    this.forward({ key: { key, startMs, endMs }, value: aggregate, timestampMs: endMs });
  }
}
