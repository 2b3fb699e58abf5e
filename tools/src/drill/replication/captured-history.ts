import { promise } from '../violation.ts';
import type { TopicRecord } from './topic-records.ts';

export interface Entry {
  readonly id: string;
  readonly account: string;
  readonly version: number;
}

interface Envelope {
  readonly op: 'r' | 'c' | 'u' | 'd';
  readonly before: Entry | null;
  readonly after: Entry | null;
  readonly source: { readonly sequence: string };
}

/** Of a transaction's commit and of the change, in the log. */
type Place = readonly [commit: number, change: number];

/** What a reader of the topic knows: of each key the rows as they stand, and how far in the log it has read. */
export class CapturedHistory {
  repeated = 0;
  readonly #hadGaps: boolean;
  readonly #rowsOfKey = new Map<string, Map<string, Entry>>();
  readonly #placeOfKey = new Map<string, Place>();

  /** @param hadGaps whether a slot was lost: what happened until the next snapshot is not in the topic, deletes among it */
  constructor(hadGaps: boolean) {
    this.#hadGaps = hadGaps;
  }

  take({ partition, offset, key, value }: TopicRecord): void {
    if (value === null) return;
    const envelope = JSON.parse(value) as Envelope;
    const place = (JSON.parse(envelope.source.sequence) as string[]).map(Number) as unknown as Place;
    const where = `${partition}/${offset}, key ${key}`;
    const order = compare(place, this.#placeOfKey.get(key!) ?? [0, 0]);
    // Rows of a snapshot share their place.
    if (order < 0 || (order === 0 && envelope.op !== 'r')) {
      this.repeated += 1;
      return;
    }
    this.#placeOfKey.set(key!, place);
    const rows = this.#rowsOfKey.get(key!) ?? new Map<string, Entry>();
    this.#rowsOfKey.set(key!, rows);
    this.#apply(rows, envelope, where);
  }

  /** The table is what the topic tells; rows deleted in a gap may be left. */
  compareWith(rows: readonly Entry[]): void {
    const told = new Map(
      [...this.#rowsOfKey].flatMap(([key, ofKey]) => [...ofKey].map(([id, row]) => [`${key}/${id}`, row])),
    );
    for (const row of rows) {
      const name = `${row.account}/${row.id}`;
      const found = told.get(name);
      promise(
        found?.version === row.version,
        'the topic tells the table as it is',
        () => `${name} is of version ${row.version}, told is ${JSON.stringify(found)}`,
      );
      told.delete(name);
    }
    const left = [...told.keys()];
    promise(
      this.#hadGaps || left.length === 0,
      'the topic tells of every delete',
      () => `${left.join(', ')} should be gone`,
    );
  }

  #apply(rows: Map<string, Entry>, { op, before, after }: Envelope, where: string): void {
    if (op === 'r' || op === 'c') {
      rows.set(after!.id, after!);
      return;
    }
    const known = rows.get(before!.id);
    promise(
      known?.version === before!.version,
      'no version of a row is left out',
      () => `${where}: ${op} of ${JSON.stringify(before)}, known is ${JSON.stringify(known)}`,
    );
    if (op === 'd') rows.delete(before!.id);
    else {
      const isNext = after!.version === before!.version + 1;
      promise(isNext, 'versions come one after another', () => `${where}: ${JSON.stringify([before, after])}`);
      rows.set(after!.id, after!);
    }
  }
}

function compare(left: Place, right: Place): number {
  return left[0] - right[0] || left[1] - right[1];
}
