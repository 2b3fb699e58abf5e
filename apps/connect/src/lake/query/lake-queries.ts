/** Queries over the lake: finds the files of the tables that one reads, and has a process run it over them. */
import { countedOnce } from '../coverage.ts';
import { LakeError } from '../lake-error.ts';
import type { LakeStore } from '../store/index.ts';
import { QueryFailure } from './query-failure.ts';
import type { QueryAnswer, QueryLimits, TableFiles } from './query-messages.ts';
import { QueryProcesses } from './query-processes.ts';

/** Files are merged and removed while a query begins: it is begun anew so often. */
const attempts = 5;

/** A topic of the lake. */
export interface LakeTable {
  readonly topic: string;
  readonly files: number;
  readonly bytes: number;
  /** `YYYY-MM-DD` */
  readonly firstDate: string;
  readonly lastDate: string;
  /** The offset after the last that is in the lake, by partition. */
  readonly nextOffsets: Readonly<Record<number, number>>;
}

export interface LakeQueriesOptions {
  readonly limits: QueryLimits;
  readonly concurrency: number;
  /** A query of a bucket's objects that are more than this is refused. */
  readonly maxReadBytes: number;
}

export class LakeQueries {
  private readonly processes: QueryProcesses;

  constructor(
    private readonly store: LakeStore,
    private readonly options: LakeQueriesOptions,
  ) {
    this.processes = new QueryProcesses(options.concurrency);
  }

  get location(): string {
    return this.store.location;
  }

  /** Whether one more query may run now. */
  get hasRoom(): boolean {
    return this.processes.hasRoom;
  }

  /**
   * Runs one SELECT; the caller looks for room first.
   * @param parameters values of `$name` in the SQL @throws {QueryFailure | LakeError}
   */
  query(sql: string, parameters: Readonly<Record<string, string>> = {}): Promise<QueryAnswer> {
    return this.processes.use(async (session) => {
      const wanted = new Set((await session.parse(sql)).map((name) => name.toLowerCase()));
      for (let attempt = 1; ; attempt++) {
        try {
          return await session.run(sql, await this.tablesOf(wanted), this.options.limits, parameters);
        } catch (error) {
          if (attempt === attempts || !isPassing(error)) throw error;
        }
      }
    });
  }

  private async tablesOf(wanted: ReadonlySet<string>): Promise<TableFiles[]> {
    if (wanted.size === 0) return [];
    const topics = (await this.store.topics()).filter((topic) => wanted.has(topic.toLowerCase()));
    const readings = await Promise.all(
      topics.map(async (topic) => ({ topic, counted: countedOnce(await this.store.files(topic)).counted })),
    );
    const bytes = readings.flatMap(({ counted }) => counted).reduce((sum, { file }) => sum + file.bytes, 0);
    if (bytes > this.options.maxReadBytes)
      throw new QueryFailure({
        code: 'query-too-large',
        message: `the tables ${topics.join(', ')} have ${bytes} bytes; ${this.options.maxReadBytes} may be read (LAKE_CACHE_BYTES)`,
      });
    const tables: TableFiles[] = [];
    for (const { topic, counted } of readings.filter((reading) => reading.counted.length > 0)) {
      const files: TableFiles['files'][number][] = [];
      for (const { file, span } of counted)
        files.push({
          path: await this.store.localPath(file),
          fromOffset: span.first === file.first ? null : span.first,
        });
      tables.push({ name: topic, files });
    }
    return tables;
  }

  /** What there is to query, in order of name. */
  async tables(): Promise<LakeTable[]> {
    const tables: LakeTable[] = [];
    for (const topic of await this.store.topics()) {
      const files = await this.store.files(topic);
      if (files.length === 0) continue;
      const dates = files.map(({ date }) => date).sort();
      const nextOffsets: Record<number, number> = {};
      for (const { partition, last } of files) nextOffsets[partition] = Math.max(nextOffsets[partition] ?? 0, last + 1);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      tables.push({ topic, files: files.length, bytes, firstDate: dates[0]!, lastDate: dates.at(-1)!, nextOffsets });
    }
    return tables;
  }

  async close(): Promise<void> {
    await this.processes.close();
    await this.store.close();
  }
}

const isPassing = (error: unknown): boolean =>
  (error instanceof QueryFailure && error.code === 'query-files-changed') || error instanceof LakeError;
