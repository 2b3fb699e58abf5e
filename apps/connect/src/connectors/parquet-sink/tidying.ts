/**
 * What keeps the lake in good order, beside the writing of it: a day's small files of a partition become one, days beyond the retention
 * go. Only the task that writes a partition tidies it, so that nobody else changes its files.
 *
 * Merging publishes the larger file first and removes the small ones then. Its name claims all that they do, so that who lists the
 * folder in between counts it alone (coverage.ts), and what a crash leaves behind is removed in the next round.
 *
 * The newest files of a partition are left as they are: they say where its writer goes on. Where retention would remove them, they are
 * replaced by files of the same names without rows.
 */
import { Logger } from '@nestjs/common';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  countedOnce,
  dateOfDay,
  LakeError,
  resumptionOf,
  type Counted,
  type LakeStore,
  type StoredFile,
} from '../../lake/index.ts';
import type { PartitionSink } from './partition-sink.ts';
import { parquetOptions } from './row-batch.ts';
import { literal } from './row-table.ts';
import type { SinkMetrics } from './sink-metrics.ts';
import type { SinkSettings } from './sink-settings.ts';
import type { TopicSink } from './topic-sink.ts';

const dayMs = 86_400_000;
/** Files that are read at once, whatever their size. */
const mergedAtOnce = 1_000;

export class Tidying {
  private readonly logger = new Logger('ParquetSink');
  private lastMs: number;
  private work: Promise<void> | undefined;
  private failure: LakeError | undefined;

  constructor(
    private readonly store: LakeStore,
    private readonly connection: DuckDBConnection,
    private readonly settings: SinkSettings,
    private readonly metrics: SinkMetrics,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.lastMs = nowMs();
  }

  /** Begins a round when one is due and none is under way. @throws {LakeError} `LAKE_FENCED` of the last round */
  start(topics: ReadonlyMap<string, TopicSink>): void {
    if (this.failure) throw this.failure;
    if (this.work || this.nowMs() - this.lastMs < this.settings.tidyIntervalMs) return;
    const sinks = [...topics.values()].flatMap((topic) => [...topic.partitions.values()]);
    this.work = this.round(sinks)
      .catch((error: unknown) => {
        if (error instanceof LakeError && error.code === 'LAKE_FENCED') this.failure = error;
        // Nothing is lost by it: the next round does what this one did not.
        else this.logger.warn(`could not tidy the lake: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        this.lastMs = this.nowMs();
        this.work = undefined;
      });
  }

  async settled(): Promise<void> {
    await this.work;
  }

  async close(): Promise<void> {
    await this.work;
    this.connection.closeSync();
  }

  /** Merges and removes what there is to merge and to remove in partitions that the caller writes. */
  async round(sinks: readonly PartitionSink[]): Promise<void> {
    for (const [topic, own] of Map.groupBy(sinks, (sink) => sink.topic)) {
      const files = Map.groupBy(await this.store.files(topic), ({ partition }) => partition);
      for (const sink of own) {
        const present = files.get(sink.partition) ?? [];
        const isNewest = newestOf(present);
        const kept = await this.retain(sink, present, isNewest);
        await this.merge(sink, kept, isNewest);
      }
    }
  }

  /** @returns the files that are left */
  private async retain(sink: PartitionSink, files: readonly StoredFile[], isNewest: IsNewest): Promise<StoredFile[]> {
    const { retentionDays } = this.settings;
    if (retentionDays === 0) return [...files];
    const oldest = dateOfDay(Math.floor(this.nowMs() / dayMs) - retentionDays);
    const over = files.filter(({ date }) => date < oldest);
    await sink.writer.remove(over.filter((file) => !isNewest(file)));
    for (const file of over.filter(isNewest)) await this.empty(sink, file);
    return files.filter(({ date }) => date >= oldest);
  }

  private async empty(sink: PartitionSink, file: StoredFile): Promise<void> {
    const source = literal(await this.store.localPath(file));
    const result = await this.connection.runAndReadAll(`SELECT num_rows::DOUBLE FROM parquet_file_metadata(${source})`);
    if (result.getRows()[0]?.[0] === 0) return;
    const draft = sink.nextDraft();
    await this.copy(`SELECT * FROM read_parquet(${source}, hive_partitioning = false) LIMIT 0`, draft);
    await sink.writer.publish(draft, file);
  }

  private async copy(rows: string, draft: string): Promise<void> {
    await this.connection.run(`COPY (${rows}) TO ${literal(draft)} ${parquetOptions}`);
  }

  private async merge(sink: PartitionSink, files: readonly StoredFile[], isNewest: IsNewest): Promise<void> {
    const { counted, superseded } = countedOnce(files);
    await sink.writer.remove(superseded);
    const today = dateOfDay(Math.floor(this.nowMs() / dayMs));
    for (const [date, ofDay] of Map.groupBy(counted, ({ file }) => file.date)) {
      const least = date < today ? 2 : this.settings.compactMinFiles;
      for (const run of this.runsOf(ofDay, isNewest)) {
        const overlaps = run.some(({ file, span }) => file.first !== span.first);
        if (run.length >= (overlaps ? 2 : least)) await this.mergeRun(sink, run);
      }
    }
  }

  /** Small files that follow each other, up to the target's size together. */
  private runsOf(files: readonly Counted<StoredFile>[], isNewest: IsNewest): Counted<StoredFile>[][] {
    const { compactTargetBytes } = this.settings;
    const runs: Counted<StoredFile>[][] = [];
    let bytes = Infinity;
    for (const counted of files) {
      const { file } = counted;
      if (isNewest(file) || file.bytes >= compactTargetBytes) {
        bytes = Infinity;
        continue;
      }
      if (bytes + file.bytes > compactTargetBytes || runs.at(-1)!.length >= mergedAtOnce) {
        runs.push([]);
        bytes = 0;
      }
      runs.at(-1)!.push(counted);
      bytes += file.bytes;
    }
    return runs;
  }

  private async mergeRun(sink: PartitionSink, run: readonly Counted<StoredFile>[]): Promise<void> {
    const first = run[0]!.file;
    const last = run.at(-1)!.file;
    const sources = await Promise.all(
      run.map(async ({ file, span }) => ({ path: literal(await this.store.localPath(file)), from: span.first })),
    );
    const draft = sink.nextDraft();
    const areWhole = run.every(({ file, span }) => file.first === span.first);
    await this.copy(areWhole ? rowsOfAll(sources) : rowsFrom(sources), draft);
    await sink.writer.publish(draft, { ...first, last: last.last });
    await sink.writer.remove(
      run.map(({ file }) => file).filter((file) => file.first !== first.first || file.last !== last.last),
    );
    this.metrics.merged(sink.topic, run.length);
  }
}

type IsNewest = (file: StoredFile) => boolean;

interface Source {
  readonly path: string;
  readonly from: number;
}

/** One file after another, which is their order already. */
const rowsOfAll = (sources: readonly Source[]): string =>
  `SELECT * FROM read_parquet([${sources.map(({ path }) => path).join(', ')}], union_by_name = true, hive_partitioning = false)`;

const rowsFrom = (sources: readonly Source[]): string =>
  sources
    .map(({ path, from }) => `SELECT * FROM read_parquet(${path}, hive_partitioning = false) WHERE _offset >= ${from}`)
    .join(' UNION ALL BY NAME ') + ' ORDER BY _offset';

/** Whether a file is one of those that say where the partition's writer goes on. */
function newestOf(files: readonly StoredFile[]): IsNewest {
  const { resumeFrom = 0, claimedTo } = resumptionOf(files);
  return ({ first, last }) => last === claimedTo || first >= resumeFrom;
}
