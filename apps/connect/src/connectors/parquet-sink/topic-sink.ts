/**
 * One topic, of which a task has some partitions: takes records into a batch, and writes a batch while the next one fills.
 */
import type { EventCodec, FetchedChunk, RecordCursor } from '@headwater/messaging';
import { MessagingError } from '@headwater/messaging';
import { AvroBytesError } from './avro/avro-cursor.ts';
import { LakeError, type OffsetSpan } from '../../lake/index.ts';
import type { PartitionSink } from './partition-sink.ts';
import { RowBatch, type BatchConnections } from './row-batch.ts';
import { EventFormat } from './row-format.ts';
import type { SinkMetrics } from './sink-metrics.ts';
import type { SinkSettings } from './sink-settings.ts';

/** Confluent's wire format: a zero, and the schema's id in four bytes. */
const frameBytes = 5;

export interface TopicSinkParts {
  readonly settings: SinkSettings;
  readonly codec: EventCodec;
  readonly connections: BatchConnections;
  readonly metrics: SinkMetrics;
  nowMs(): number;
}

export class TopicSink {
  readonly partitions = new Map<number, PartitionSink>();
  private batch: RowBatch;
  private batchSinceMs: number | undefined;
  private writing: Promise<void> | undefined;
  /** By schema id; a text where no row can be made of the schema's values: why. */
  private readonly formats = new Map<number, EventFormat | string>();

  constructor(
    readonly topic: string,
    private readonly parts: TopicSinkParts,
  ) {
    this.batch = new RowBatch(topic, parts.connections);
  }

  /** Adds a chunk's records. @throws {MessagingError} `REGISTRY_UNAVAILABLE`, with the records before added. */
  async add(chunk: FetchedChunk): Promise<void> {
    const sink = this.partitions.get(chunk.partition)!;
    const records = chunk.records();
    while (records.next()) {
      if (records.offset < sink.position) continue;
      this.batchSinceMs ??= this.parts.nowMs();
      await this.addRecord(chunk.partition, records);
      sink.position = records.offset + 1;
    }
    sink.position = Math.max(sink.position, chunk.nextOffset);
  }

  private async addRecord(partition: number, record: RecordCursor): Promise<void> {
    const { source, valueStart, valueEnd } = record;
    if (valueStart < 0) return this.batch.addBare(partition, record, null, null);
    if (valueEnd - valueStart < frameBytes || source[valueStart] !== 0)
      return this.batch.addBare(partition, record, null, "the value is not in Confluent's wire format");
    const schemaId = source.readInt32BE(valueStart + 1);
    if (!this.batch.knows(schemaId)) {
      const format = this.formats.get(schemaId) ?? (await this.formatOf(schemaId));
      if (typeof format === 'string') return this.batch.addBare(partition, record, schemaId, format);
      await this.batch.learn(format);
    }
    try {
      this.batch.addEvent(partition, record, schemaId, valueStart + frameBytes);
    } catch (error) {
      if (!(error instanceof AvroBytesError)) throw error;
      await this.batch.addBare(partition, record, schemaId, error.message);
    }
  }

  private async formatOf(schemaId: number): Promise<EventFormat | string> {
    let format: EventFormat | string;
    try {
      format = EventFormat.of(schemaId, await this.parts.codec.writerOf(schemaId), this.parts.settings.dateField);
    } catch (error) {
      if (error instanceof MessagingError && error.code === 'REGISTRY_UNAVAILABLE') throw error;
      format = error instanceof Error ? error.message : String(error);
    }
    this.formats.set(schemaId, format);
    return format;
  }

  /** Milliseconds until the batch is due: 0 when it is, undefined when there is nothing to write. */
  untilDueMs(): number | undefined {
    if (this.batchSinceMs === undefined) return undefined;
    const { flushRows, flushBytes, flushIntervalMs } = this.parts.settings;
    if (this.batch.rows >= flushRows || this.batch.bytes >= flushBytes) return 0;
    return Math.max(0, this.batchSinceMs + flushIntervalMs - this.parts.nowMs());
  }

  get waitingBytes(): number {
    return this.batch.bytes;
  }

  /**
   * Begins to write the batch, when the one before is written.
   * @param written told the offsets that follow what is in the lake, by partition @throws what kept the one before from being written
   */
  async flush(written: (topic: string, offsets: ReadonlyMap<number, number>) => void): Promise<void> {
    await this.writing;
    if (this.batchSinceMs === undefined) return;
    const { batch } = this;
    this.renew();
    const shares = [...this.partitions.values()].map((sink) => ({
      sink,
      spans: sink.takeSpans(),
      next: sink.position,
    }));
    this.writing = this.write(batch, shares).then(() =>
      written(this.topic, new Map(shares.map(({ sink, next }) => [sink.partition, next]))),
    );
    // Whoever waits for it next hears of its failure.
    this.writing.catch(() => undefined);
  }

  /** Resolves when everything flushed is in the lake. @throws what kept it from being written */
  async settled(): Promise<void> {
    await this.writing;
  }

  /** Forgets what is not flushed; partitions go on from where the lake is. @throws what kept a flush from being written */
  async discard(): Promise<void> {
    await this.writing;
    this.writing = undefined;
    const { batch } = this;
    this.renew();
    batch.finish();
    await batch.drop();
    for (const sink of this.partitions.values()) sink.position = sink.batchFirst;
  }

  private renew(): void {
    this.batch = new RowBatch(this.topic, this.parts.connections);
    this.batchSinceMs = undefined;
  }

  private async write(
    batch: RowBatch,
    shares: readonly { readonly sink: PartitionSink; readonly spans: readonly OffsetSpan[] }[],
  ): Promise<void> {
    const { metrics } = this.parts;
    const startedMs = this.parts.nowMs();
    try {
      batch.finish();
      for (const { sink, spans } of shares) for (const span of spans) await this.writeSpan(batch, sink, span);
    } finally {
      await batch.drop();
    }
    metrics.flushed(this.topic, batch.rows, batch.bytes, this.parts.nowMs() - startedMs);
  }

  /** Writes what of a span is not in the lake, in order of the files' first offsets (see lake/coverage.ts). */
  private async writeSpan(batch: RowBatch, sink: PartitionSink, span: OffsetSpan): Promise<void> {
    const days = await batch.days(sink.partition, span);
    const pieces = days
      .flatMap(({ date, day }) => sink.unclaimed(date, span).map((piece) => ({ date, day, piece })))
      .sort((one, other) => one.piece.first - other.piece.first);
    for (const { date, day, piece } of pieces) {
      const isWhole = piece.first === span.first && piece.last === span.last;
      if (!isWhole && !(await batch.days(sink.partition, piece)).some((found) => found.day === day)) continue;
      const draft = sink.nextDraft();
      await batch.write(sink.partition, piece, day, draft).catch(rethrowWriteFailure);
      await sink.publish(draft, date, piece);
      this.parts.metrics.published(this.topic);
    }
  }
}

/** What the disk refused may be taken later; a draft's folder that is gone is a new writer's doing. */
function rethrowWriteFailure(error: unknown): never {
  if (!(error instanceof Error) || !error.message.startsWith('IO Error')) throw error;
  throw new LakeError('LAKE_UNREACHABLE', `a file could not be written: ${error.message}`, { cause: error });
}
