/** What a person reads of a topic: where a scan begins and ends, and one record with its bytes. */
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import type { Admin } from 'kafkajs';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ClusterClient } from '../cluster/cluster-client.ts';
import { askingKafka } from '../cluster/kafka-problem.ts';
import { SchemaSource } from '../schemas/schema-source.ts';
import { parseFilter, type FilterPredicate } from './filter-expression.ts';
import { FilterSyntaxError } from './filter-tokens.ts';
import type { RecordParams, ScanQuery } from './message-requests.ts';
import { MessageScan, type ScanSpan } from './message-scan.ts';
import { rawViewOf, recordAt, type ReadRecord } from './record-reading.ts';
import type { RawRecordView } from './record-view.ts';
import { ValueDecoder } from './value-decoder.ts';

/** With a filter, the newest matches are looked for among so many records of each partition. */
const NEWEST_WINDOW = 10_000;
const LONGEST_SCAN_MS = 300_000;
const RECORD_WAIT_MS = 5000;

interface Range {
  readonly partition: number;
  readonly begin: number;
  readonly end: number;
}

@Injectable()
export class MessageDesk {
  readonly decoder: ValueDecoder;

  constructor(
    private readonly admin: ClusterAdmin,
    private readonly client: ClusterClient,
    schemas: SchemaSource,
  ) {
    this.decoder = new ValueDecoder(schemas);
  }

  /** @throws {Problem} 400 for a filter or a beginning that cannot be read, 404 for a topic that is not there */
  async scan(topic: string, query: ScanQuery): Promise<MessageScan> {
    const filter = filterOf(query.filter);
    const spans = await askingKafka(() => this.admin.use((admin) => spansOf(admin, topic, query)));
    return new MessageScan(this.client.kafka, this.decoder, {
      topic,
      spans,
      limit: query.limit,
      newest: query.from === 'newest',
      isolation: `read-${query.isolation}`,
      isMeant: meantBy(query),
      filter,
      longestMs: LONGEST_SCAN_MS,
    });
  }

  /** @throws {Problem} 404 when there is no such record (any more) */
  async record({ topic, partition, offset }: RecordParams): Promise<RawRecordView> {
    const record = await this.read({ topic, partition, offset });
    if (record !== null) return rawViewOf(this.decoder, record);
    throw Problem.notFound('record-unknown', `Partition ${partition} of topic ${topic} has no record ${offset}`);
  }

  private async read({ topic, partition, offset }: RecordParams): Promise<ReadRecord | null> {
    const ranges = await askingKafka(() => this.admin.use((admin) => rangesOf(admin, topic, partition)));
    if (!ranges.some(({ begin, end }) => begin <= offset && offset < end)) return null;
    const arrived = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => arrived.resolve(false), RECORD_WAIT_MS);
    const bytes = 1024 ** 2;
    const reader = this.client.kafka.openLogReader(
      {
        isolation: 'read-uncommitted',
        maxWaitMs: 100,
        maxBytesPerPartition: bytes,
        maxBufferedBytesPerPartition: bytes,
      },
      { onArrival: () => arrived.resolve(true), onOffsetOutOfRange: () => arrived.resolve(false) },
    );
    try {
      reader.assign(topic, partition, offset);
      await arrived.promise;
      const cursor = reader.take(topic, partition)?.records();
      return cursor?.next() === true && cursor.offset === offset ? recordAt(cursor, partition) : null;
    } finally {
      clearTimeout(timer);
      await reader.close();
    }
  }
}

function filterOf(text: string | undefined): FilterPredicate | null {
  if (text === undefined || text.trim() === '') return null;
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw Problem.badRequest('filter-invalid', `The filter: ${error.message}`);
    throw error;
  }
}

function meantBy({ key, header }: ScanQuery): (record: ReadRecord) => boolean {
  const wantedKey = key === undefined ? undefined : Buffer.from(key);
  const [name, ...rest] = header?.split('=') ?? [];
  const value = rest.length > 0 ? rest.join('=') : undefined;
  return (record) => {
    if (wantedKey !== undefined && record.key?.equals(wantedKey) !== true) return false;
    return name === undefined || record.headers.some(([each, text]) => each === name && (value ?? text) === text);
  };
}

async function rangesOf(admin: Admin, topic: string, partition: number | undefined): Promise<Range[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const ranges = offsets
    .map((each) => ({ partition: each.partition, begin: Number(each.low), end: Number(each.high) }))
    .filter((range) => partition === undefined || range.partition === partition)
    .toSorted((left, right) => left.partition - right.partition);
  if (ranges.length > 0) return ranges;
  throw Problem.notFound('partition-unknown', `Topic ${topic} has no partition ${partition ?? 0}`);
}

async function spansOf(admin: Admin, topic: string, query: ScanQuery): Promise<ScanSpan[]> {
  const { from, partition, limit, key, header, filter } = query;
  const ranges = await rangesOf(admin, topic, partition);
  const spans = (fromOf: (range: Range) => number): ScanSpan[] =>
    ranges.map((range) => ({
      partition: range.partition,
      from: Math.min(Math.max(fromOf(range), range.begin), range.end),
      until: range.end,
    }));
  if (from === 'now') return ranges.map((range) => ({ partition: range.partition, from: range.end, until: null }));
  if (from === 'earliest') return spans(({ begin }) => begin);
  if (from === 'newest') {
    const window = (key ?? header ?? filter) === undefined ? limit : Math.max(NEWEST_WINDOW, limit);
    return spans(({ end }) => end - window);
  }
  if (/^\d{1,15}$/.test(from)) return spans(() => Number(from));
  if (/^\d+:\d+(,\d+:\d+)*$/.test(from)) {
    const offsets = new Map(from.split(',').map((part) => part.split(':').map(Number) as [number, number]));
    return spans(({ partition: number, end }) => offsets.get(number) ?? end);
  }
  const timeMs = Date.parse(from);
  if (Number.isNaN(timeMs))
    throw Problem.badRequest(
      'from-invalid',
      `from must be newest, earliest, now, an offset or a time such as 2026-11-21T12:00:00Z, not ${from.slice(0, 100)}`,
    );
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
  const byPartition = new Map(found.map((each) => [each.partition, Number(each.offset)]));
  return spans(({ partition: number, end }) => byPartition.get(number) ?? end);
}
