/** What is measured of a capturer: how it catches up, how far it is behind, and its memory. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { peakMiB, residentMiB } from '../../load/memory.ts';
import { percentile } from '../../statistics.ts';
import { atRate, epochMs } from '../../load/paced.ts';
import type { Stage } from '../stage.ts';
import { newTopicNamed, readRecords, RecordCounter } from '../topics.ts';
import { createTables, dropSlots, writeRows } from './database.ts';
import type { Capturer, CaptureForm, CaptureSource } from './work.ts';

const lookMs = 20;
const warmUpSeconds = 2;
const settleMs = 3000;
const stallMs = 90_000;
const insert = 'INSERT INTO rows (name, amount, note, sent_ms) VALUES ($1, $2, $3, $4)';

/** Rows a second from the first record in Kafka to the last, of rows that were written while nobody read; memory at its most. */
export async function catchUp(stage: Stage, capturer: Capturer, rows: number, form: CaptureForm, isRouter: boolean) {
  const source = await newSource(stage, form);
  await capturer.prepare(source);
  await writeRows(source, rows, isRouter);
  await using counter = await RecordCounter.open(source.bootstrapServers, source.topic);
  try {
    const running = await capturer.start(source);
    try {
      const { perSecond } = await arrivals(counter, rows);
      return { perSecond, peakMiB: peakMiB(running.pid) ?? 0 };
    } finally {
      await running.stop();
    }
  } finally {
    await dropSlots(source.databaseUrl);
  }
}

/** Delays from before a row's own transaction until the broker has appended it, and the memory before there was anything to do. */
export async function latency(stage: Stage, capturer: Capturer, perSecond: number, seconds: number) {
  const source = await newSource(stage, 'rows');
  await capturer.prepare(source);
  const pool = new pg.Pool({ connectionString: source.databaseUrl, max: 10 });
  const running = await capturer.start(source);
  try {
    await delay(settleMs);
    const idle = residentMiB(running.pid) ?? 0;
    await atRate(perSecond, warmUpSeconds + seconds, async (number) => {
      await pool.query({ name: 'insert', text: insert, values: [`row-${number}`, number, 'x'.repeat(100), epochMs()] });
    });
    const all = await readRecords(source.bootstrapServers, source.topic, perSecond * (warmUpSeconds + seconds));
    const measured = all.toSorted((one, other) => one.appendedMs - other.appendedMs).slice(perSecond * warmUpSeconds);
    const delaysMs = measured.map(({ value, appendedMs }) => appendedMs - sentMsOf(value!));
    return { p50Ms: percentile(delaysMs, 0.5), p99Ms: percentile(delaysMs, 0.99), idleMiB: idle };
  } finally {
    await running.stop();
    await pool.end();
    await dropSlots(source.databaseUrl);
  }
}

const rowsPerInsert = 100;

/** Writes at a steady rate; how long after the last commit everything is in Kafka. */
export async function sustained(stage: Stage, capturer: Capturer, perSecond: number, seconds: number) {
  const source = await newSource(stage, 'rows');
  await capturer.prepare(source);
  const pool = new pg.Pool({ connectionString: source.databaseUrl, max: 10 });
  const running = await capturer.start(source);
  await using counter = await RecordCounter.open(source.bootstrapServers, source.topic);
  try {
    const startedMs = performance.now();
    const many = `INSERT INTO rows (name, amount, note, sent_ms)
      SELECT 'row-' || number, number, repeat('x', 100), 0 FROM generate_series(1, $1::int) AS number`;
    await atRate(perSecond / rowsPerInsert, seconds, async () => {
      await pool.query({ name: 'insert', text: many, values: [rowsPerInsert] });
    });
    const writtenMs = performance.now();
    await arrivals(counter, perSecond * seconds);
    const throughMs = performance.now();
    return {
      behindMs: throughMs - writtenMs,
      perSecond: (perSecond * seconds * 1000) / (throughMs - startedMs),
    };
  } finally {
    await running.stop();
    await pool.end();
    await dropSlots(source.databaseUrl);
  }
}

async function newSource(stage: Stage, form: CaptureForm): Promise<CaptureSource> {
  const name = stage.newName('capture');
  const topic = `${name}.public.rows`;
  const [databaseUrl] = await Promise.all([stage.newDatabase(), newTopicNamed(stage, topic)]);
  await createTables(databaseUrl);
  return { form, name, databaseUrl, topic, bootstrapServers: stage.bootstrapServers };
}

/** Looks again and again how many records there are, from the first look that sees some to the one that sees all. */
async function arrivals(counter: RecordCounter, wanted: number): Promise<{ perSecond: number }> {
  let first: { count: number; atMs: number } | undefined;
  let last = { count: 0, atMs: performance.now() };
  for (;;) {
    const count = await counter.count();
    const atMs = performance.now();
    if (count > last.count) last = { count, atMs };
    if (atMs - last.atMs > stallMs) throw new Error(`${count} of ${wanted} records came, and none for a while`);
    if (count > 0) first ??= { count, atMs };
    if (count >= wanted && first !== undefined)
      return { perSecond: ((count - first.count) / Math.max(1, atMs - first.atMs)) * 1000 };
    await delay(lookMs);
  }
}

/** Both envelopes hold the row behind the change under `after`, Debezium's with schemas within `payload`. */
function sentMsOf(value: Buffer): number {
  const envelope = JSON.parse(value.toString()) as Envelope & { readonly payload?: Envelope };
  return Number((envelope.payload ?? envelope).after.sent_ms);
}

interface Envelope {
  readonly after: { readonly sent_ms: number | string };
}
