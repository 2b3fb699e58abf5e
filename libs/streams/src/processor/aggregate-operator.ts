import type { KeyValueStore } from '../store/index.ts';
import type { OpenOperator, StoreDefinition } from './operator.ts';

export interface AggregateOptions<K, V, A> {
  readonly store: StoreDefinition<KeyValueStore<K, A>>;
  /** The new aggregate; undefined deletes the key. `aggregate` is undefined for a key that has none. */
  readonly add: (aggregate: A | undefined, value: V, key: K) => A | undefined;
}

/** The newest aggregate of each key is forwarded once per commit; null when the key was deleted. */
export function aggregateOperator<K, V, A>({ store, add }: AggregateOptions<K, V, A>): OpenOperator<K, V, K, A | null> {
  return (context, forward) => {
    const state = context.store(store);
    return {
      process({ key, value, timestampMs }) {
        const newestMs = Math.max(timestampMs, state.timestampOf(key) ?? timestampMs);
        state.put(key, add(state.get(key), value, key), newestMs);
      },
      flush() {
        for (const { key, value, timestampMs } of state.changes()) forward({ key, value: value ?? null, timestampMs });
      },
    };
  };
}
