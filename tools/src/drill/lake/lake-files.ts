/** The lake as a Parquet reader sees it that knows nothing of the sink: files in folders. */
import fs from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { promise } from '../violation.ts';

export interface LakeRow {
  readonly _partition: number;
  readonly _offset: bigint;
  readonly _timestamp: Date;
  readonly eventId: string;
}

export interface LakeFile {
  readonly path: string;
  readonly date: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly rows: readonly LakeRow[];
}

const namePattern = /^date=([\d-]+)\/.+-(\d+)-(\d+)-(\d+)\.parquet$/;

const namesOf = (folder: string): string[] =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
    : [];

/** Every file of a topic. One that is removed while they are read, because it was merged, begins the reading anew. */
export async function readLake(folder: string): Promise<LakeFile[]> {
  for (;;) {
    try {
      const files: LakeFile[] = [];
      for (const path of namesOf(folder)) files.push(await readFile(folder, path));
      return files;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function readFile(folder: string, path: string): Promise<LakeFile> {
  const bytes = fs.readFileSync(join(folder, path));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const match = namePattern.exec(path);
  promise(match !== null, 'a file of the lake is named by what is in it', () => path);
  let rows: LakeRow[];
  try {
    rows = (await parquetReadObjects({ file, compressors })) as unknown as LakeRow[];
  } catch (error) {
    promise(false, 'a file of the lake is whole', () => `${path}: ${String(error)}`);
  }
  const [date, partition, first, last] = [match[1]!, Number(match[2]), Number(match[3]), Number(match[4])];
  for (const row of rows) {
    const offset = Number(row._offset);
    const fits =
      row._partition === partition &&
      offset >= first &&
      offset <= last &&
      row._timestamp.toISOString().slice(0, 10) === date;
    promise(
      fits,
      'a file holds what its name says',
      () => `${path} holds partition ${row._partition}, offset ${offset}`,
    );
  }
  return { path, date, partition, first, last, rows };
}

/** The files that count: of those of one day that claim the same offsets, the larger. */
export function counted(files: readonly LakeFile[]): LakeFile[] {
  return files.filter(
    (file) =>
      !files.some(
        (other) =>
          other !== file &&
          other.date === file.date &&
          other.partition === file.partition &&
          other.first <= file.first &&
          other.last >= file.last,
      ),
  );
}
