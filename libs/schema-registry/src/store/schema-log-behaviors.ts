/**
 * What every adapter of the `SchemaLog` port does, as cases that any test runner can run:
 *
 *     for (const behavior of schemaLogBehaviors) it(behavior.name, () => behavior.verify(openEmptyLog));
 */
import assert from 'node:assert/strict';
import type { SchemaLog, SchemaLogEntry, SchemaLogRecord } from './schema-log.ts';

/** One thing that every log must do, with the check of it. */
export interface SchemaLogBehavior {
  /** A sentence about the behavior. */
  readonly name: string;
  /** Runs against a log that `openEmptyLog` gives; throws an AssertionError when the adapter departs from it. */
  verify(openEmptyLog: () => Promise<SchemaLog>): Promise<void>;
}

const entry = (key: string, value: string | null): SchemaLogEntry => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
});

const text = (record: SchemaLogRecord): string => `${String(record.key)}=${String(record.value)}`;

/** Collects what a follower is given, and lets a test await a number of records. */
class Collector {
  readonly records: SchemaLogRecord[] = [];
  #wake: () => void = () => undefined;

  readonly deliver = (records: readonly SchemaLogRecord[]): void => {
    this.records.push(...records);
    this.#wake();
  };

  async reach(count: number): Promise<void> {
    while (this.records.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** What every `SchemaLog` must do, as a suite that runs on any adapter. */
export const schemaLogBehaviors: readonly SchemaLogBehavior[] = [
  {
    name: 'follows an empty log without waiting for a first record',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      const collector = new Collector();
      const follower = await log.follow(collector.deliver);
      assert.deepEqual(collector.records, []);
      await follower.close();
    },
  },
  {
    name: 'replays what was appended before, in order, before follow resolves',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      await log.append([entry('a', '1'), entry('b', '2')]);
      await log.append([entry('c', '3')]);
      const collector = new Collector();
      const follower = await log.follow(collector.deliver);
      assert.deepEqual(collector.records.map(text), ['a=1', 'b=2', 'c=3']);
      await follower.close();
    },
  },
  {
    name: 'delivers later appends to a follower, with the offset that append gave',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      const collector = new Collector();
      const follower = await log.follow(collector.deliver);
      const first = await log.append([entry('a', '1')]);
      const second = await log.append([entry('a', '2'), entry('b', '3')]);
      await collector.reach(3);
      assert.deepEqual(collector.records.map(text), ['a=1', 'a=2', 'b=3']);
      assert.equal(collector.records[0]?.offset, first.lastOffset);
      assert.equal(collector.records[2]?.offset, second.lastOffset);
      assert.ok(second.lastOffset > first.lastOffset);
      await follower.close();
    },
  },
  {
    name: 'keeps the order of appends that are under way together',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      const collector = new Collector();
      const follower = await log.follow(collector.deliver);
      const names = Array.from({ length: 50 }, (_, index) => `key-${String(index)}`);
      await Promise.all(names.map((name) => log.append([entry(name, 'v')])));
      await collector.reach(names.length);
      assert.deepEqual(
        collector.records.map((record) => String(record.key)),
        names,
      );
      const offsets = collector.records.map((record) => record.offset);
      assert.deepEqual(
        offsets,
        offsets.toSorted((left, right) => left - right),
      );
      await follower.close();
    },
  },
  {
    name: 'keeps tombstones, empty values and bytes as they are',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      const bytes = Buffer.from([0, 255, 10, 13, 128]);
      await log.append([entry('gone', null), { key: bytes, value: Buffer.alloc(0) }]);
      const collector = new Collector();
      const follower = await log.follow(collector.deliver);
      assert.equal(collector.records[0]?.value, null);
      assert.deepEqual(Buffer.from(collector.records[1]?.key ?? []), bytes);
      assert.equal(collector.records[1]?.value?.length, 0);
      await follower.close();
    },
  },
  {
    name: 'delivers nothing to a follower after it was closed, and goes on for another',
    async verify(openEmptyLog) {
      const log = await openEmptyLog();
      const closed = new Collector();
      const open = new Collector();
      const closedFollower = await log.follow(closed.deliver);
      const openFollower = await log.follow(open.deliver);
      await closedFollower.close();
      await log.append([entry('a', '1')]);
      await open.reach(1);
      assert.deepEqual(closed.records, []);
      await openFollower.close();
    },
  },
];
