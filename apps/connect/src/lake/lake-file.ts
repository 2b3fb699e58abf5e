/**
 * The name of a file of the lake, which says what is in it:
 *
 *     <topic>/date=YYYY-MM-DD/<topic>-<partition>-<first>-<last>.parquet
 *
 * It holds exactly the partition's records with offsets from `first` to `last` (both included) that are of that day, and nothing else.
 * Two files of one day that claim the same offsets therefore agree on them. A name that is not like this is none of the lake's.
 */

export interface LakeFile {
  readonly topic: string;
  /** `YYYY-MM-DD`, in UTC. */
  readonly date: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** A file that is there. */
export interface StoredFile extends LakeFile {
  readonly bytes: number;
}

const datePattern = /^date=(\d{4}-\d{2}-\d{2})$/;

export const dateFolderOf = (date: string): string => `date=${date}`;

export const fileNameOf = ({ topic, partition, first, last }: LakeFile): string =>
  `${topic}-${partition}-${first}-${last}.parquet`;

/** Relative to the lake's root, with `/` between. */
export const pathOf = (file: LakeFile): string => `${file.topic}/${dateFolderOf(file.date)}/${fileNameOf(file)}`;

/** The file of a path below the lake's root; undefined when it is none. */
export function parsePath(path: string): LakeFile | undefined {
  const [topic, folder, name, ...more] = path.split('/');
  const date = datePattern.exec(folder ?? '')?.[1];
  if (topic === undefined || date === undefined || name === undefined || more.length > 0) return undefined;
  if (!name.startsWith(`${topic}-`)) return undefined;
  const numbers = /^(\d+)-(\d+)-(\d+)\.parquet$/.exec(name.slice(topic.length + 1));
  if (!numbers) return undefined;
  const [partition, first, last] = [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
  if (!Number.isSafeInteger(last) || first > last) return undefined;
  return { topic, date, partition, first, last };
}

const dayMs = 86_400_000;
const firstDay = Date.parse('0001-01-01T00:00:00.000Z') / dayMs;
const lastDay = Date.parse('9999-12-31T00:00:00.000Z') / dayMs;

/** A number of days since 1970-01-01 that a folder can be named after: itself, or 0 when its year has not four digits. */
export const nameableDay = (epochDay: number): number => (epochDay >= firstDay && epochDay <= lastDay ? epochDay : 0);

/** `YYYY-MM-DD` of a nameable day. */
export const dateOfDay = (epochDay: number): string => new Date(epochDay * dayMs).toISOString().slice(0, 10);
