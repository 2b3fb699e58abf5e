/** Records that were fetched and wait for a transaction, of the partitions of one generation, in order of each partition. */
import type { FetchedRecords, RawRecord } from '../client/index.ts';

/** What one transaction takes: the records, and what is committed with them. */
export interface TakenRecords {
  readonly records: readonly { readonly partition: number; readonly record: RawRecord }[];
  /** The offset of the next record to process, by partition. */
  readonly offsets: ReadonlyMap<number, bigint>;
}

const overheadBytes = 200;

const bytesOf = ({ key, value }: RawRecord): number => overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);

interface Chunk {
  readonly fetched: FetchedRecords;
  taken: number;
}

export class FetchedQueue {
  records = 0;
  bytes = 0;
  private readonly chunks: Chunk[] = [];
  /** Where the next fetch of a partition has to begin. */
  private readonly next = new Map<number, bigint>();
  private readonly begun = new Set<number>();
  private readonly sought = new Set<number>();
  readonly highWatermarks = new Map<number, bigint>();

  /**
   * Whether these records are the next of their partition; if not, they are to be fetched again from `nextOffset`.
   *
   * The first of a generation may come of a fetch that began before it, and hide what lies before them; so they must begin where the
   * group's offsets say. Where they do not on the second look either, there is nothing in between (markers, or retention).
   */
  continues({ partition, fetchOffset }: FetchedRecords): boolean {
    const next = this.next.get(partition);
    if (next === undefined || fetchOffset === next) return true;
    if (fetchOffset < next) return false;
    if (this.begun.has(partition) || this.sought.has(partition)) return true;
    this.sought.add(partition);
    return false;
  }

  nextOffset(partition: number): bigint | undefined {
    return this.next.get(partition);
  }

  /** The partition's records must begin here. */
  expect(partition: number, offset: bigint): void {
    this.next.set(partition, offset);
  }

  add(fetched: FetchedRecords): void {
    this.chunks.push({ fetched, taken: 0 });
    this.begun.add(fetched.partition);
    this.next.set(fetched.partition, fetched.nextOffset);
    this.highWatermarks.set(fetched.partition, fetched.highWatermark);
    this.records += fetched.records.length;
    for (const record of fetched.records) this.bytes += bytesOf(record);
  }

  /** Up to `most` records, oldest fetch first. Undefined when nothing waits. */
  take(most: number): TakenRecords | undefined {
    if (this.chunks.length === 0) return undefined;
    const records: { partition: number; record: RawRecord }[] = [];
    const offsets = new Map<number, bigint>();
    while (this.chunks.length > 0 && records.length < most) {
      const chunk = this.chunks[0]!;
      const { partition, nextOffset, records: fetched } = chunk.fetched;
      const until = Math.min(fetched.length, chunk.taken + most - records.length);
      for (const record of fetched.slice(chunk.taken, until)) {
        records.push({ partition, record });
        this.bytes -= bytesOf(record);
      }
      this.records -= until - chunk.taken;
      chunk.taken = until;
      const done = until === fetched.length;
      offsets.set(partition, done ? nextOffset : fetched[until]!.offset);
      if (done) this.chunks.shift();
    }
    return { records, offsets };
  }
}
