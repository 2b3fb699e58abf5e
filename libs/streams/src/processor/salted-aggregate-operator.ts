/**
 * The first of two stages of an aggregation: adds up in the partition where the records lie, and forwards at each commit what each key
 * has gained since the last. It keeps nothing from one commit to the next, so it has no changelog: what is lost with a task is what was
 * not committed, and is read again.
 */
import type { Forward, OpenOperator, Operator, StreamRecord } from './operator.ts';

/**
 * A key and the number of the partition that its part of the aggregate comes from. Records of one key lie in many partitions, so a key
 * that is in nearly all of them is nobody's burden: each partition adds up its own share.
 */
export interface Salted<K> {
  readonly key: K;
  readonly salt: number;
}

export interface SaltedAggregateOptions<V, K2, A> {
  readonly keys: (value: V) => K2 | readonly K2[];
  readonly add: (aggregate: A | undefined, value: V) => A;
}

interface Part<A> {
  aggregate: A;
  /** The newest timestamp in it. */
  timestampMs: number;
}

export function saltedAggregateOperator<K, V, K2 extends string | number, A>({
  keys: keysOf,
  add,
}: SaltedAggregateOptions<V, K2, A>): OpenOperator<K, V, Salted<K2>, A> {
  return ({ partition: salt }, forward: Forward<Salted<K2>, A>): Operator<K, V> => {
    let parts = new Map<K2, Part<A>>();
    const addTo = (key: K2, value: V, timestampMs: number): void => {
      const part = parts.get(key);
      if (!part) parts.set(key, { aggregate: add(undefined, value), timestampMs });
      else {
        part.aggregate = add(part.aggregate, value);
        if (timestampMs > part.timestampMs) part.timestampMs = timestampMs;
      }
    };
    return {
      process({ value, timestampMs }: StreamRecord<K, V>) {
        const keys = keysOf(value);
        if (typeof keys === 'object') for (const key of keys) addTo(key, value, timestampMs);
        else addTo(keys, value, timestampMs);
      },
      flush() {
        const gained = parts;
        parts = new Map();
        for (const [key, { aggregate, timestampMs }] of gained)
          forward({ key: { key, salt }, value: aggregate, timestampMs });
      },
    };
  };
}
