/** Of records that say the same thing anew, only the newest of a commit goes on. It keeps nothing from one commit to the next. */
import type { OpenOperator, StreamRecord } from './operator.ts';

/** @param identity which records replace each other. */
export function conflateOperator<K, V>(identity: (value: V, key: K) => string | number): OpenOperator<K, V, K, V> {
  return (_context, forward) => {
    let newest = new Map<string | number, StreamRecord<K, V>>();
    return {
      process(record) {
        const name = identity(record.value, record.key);
        // The order of the newest is kept, and not of those that they replace.
        newest.delete(name);
        newest.set(name, record);
      },
      flush() {
        const records = newest;
        newest = new Map();
        for (const record of records.values()) forward(record);
      },
    };
  };
}
