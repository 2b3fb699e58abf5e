import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { absenceOfKafka, findKafka, REFERENCE_VERSION } from '@headwater/testkit/kafka';
import { randomUuid } from '../protocol/index.ts';
import { defaultLogConfig } from './log-config.ts';
import type { LogStorage } from './log-storage.ts';
import { openLogStorage } from './open-log-storage.ts';
import { append, batch, createLog, readAll, seededRandom } from './testing/log-fixtures.ts';

const run = promisify(execFile);
/** Each a process that is started and killed. */
const ROUNDS = 2 * Number(process.env['HEADWATER_THOROUGH'] ?? 1);
let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(join(os.tmpdir(), 'headwater-storage-'));
});

afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

/** Starts a process that appends, and kills it once it has acknowledged `count` batches; returns the last acknowledged offset. */
async function loadAndKill(flush: string, count: number): Promise<number> {
  const program = join(import.meta.dirname, 'testing', 'load-process.ts');
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=@headwater/source', '--disable-warning=ExperimentalWarning', program, directory, flush],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.split('\n').length > count) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === null) resolve();
      else reject(new Error(`The load ended by itself with ${code}`));
    });
  });
  const lines = output.split('\n').slice(1, -1);
  return Math.max(...lines.map(Number));
}

describe.each(['fsync', 'os'] as const)('a process with flush=%s that is killed during load', (flush) => {
  it('leaves a log with all that it had acknowledged, each record once and in place', async () => {
    const random = seededRandom(42);
    let acknowledged = -1;
    for (let round = 0; round < ROUNDS; round++) {
      acknowledged = Math.max(acknowledged, await loadAndKill(flush, 20 + Math.floor(random() * 600)));
      const storage = await openLogStorage({ directory, flush });
      expect(storage.recoveredFromCrash).toBe(true);
      const log = storage.get('load', 0)!;
      expect(log.logEndOffset).toBeGreaterThan(acknowledged);
      const found = await readAll(log, 0, 100_000);
      expect(found).toHaveLength(log.logEndOffset);
      expect(found).toEqual(found.map((_, offset) => `${offset}:${offset}`));
      // Ends as a crash again: the next process takes the lock over from this one.
      if (round % 2 === 0) await storage.close();
      else await abandon(storage);
    }
  });
});

/** Closes the storage, then takes its clean-shutdown mark away. */
async function abandon(storage: LogStorage): Promise<void> {
  await storage.close();
  fs.rmSync(join(directory, '.kafka_cleanshutdown'));
}

describe('the lock of a folder', () => {
  it('names the process that holds it', async () => {
    const program = join(import.meta.dirname, 'testing', 'load-process.ts');
    const child = spawn(process.execPath, ['--conditions=@headwater/source', program, directory, 'os'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.resume();
    try {
      await expect(openLogStorage({ directory })).rejects.toMatchObject({
        code: 'DIRECTORY_LOCKED',
        message: expect.stringContaining(`process ${child.pid}`),
      });
    } finally {
      child.kill('SIGKILL');
      await closed;
    }
    await (await openLogStorage({ directory })).close();
  });

  it('is taken over when it is empty, of a past boot, or of a process that is gone', async () => {
    const stale = [
      '',
      'not json',
      '{"pid":1,"bootId":"another-boot","startTicks":"1"}',
      `{"pid":${process.pid},"bootId":"","startTicks":""}`,
    ];
    for (const text of stale) {
      fs.writeFileSync(join(directory, '.lock'), text);
      const storage = await openLogStorage({ directory });
      await storage.close();
      expect(fs.existsSync(join(directory, '.lock'))).toBe(false);
    }
  });

  it('is refused to a second storage of the same process', async () => {
    const storage = await openLogStorage({ directory });
    await expect(openLogStorage({ directory })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    await storage.close();
  });
});

describe('a folder on the real file system', () => {
  it('is created, written in pieces and large batches, and found again', async () => {
    const nested = join(directory, 'a', 'b');
    const first = await openLogStorage({ directory: nested, tailCacheBytes: 0 });
    const log = await createLog(first, { segmentBytes: 3_000_000, maxMessageBytes: 2_000_000 });
    for (let index = 0; index < 5; index++) {
      const bytes = batch({ values: [String(index)], valueBytes: 1_000_000 });
      const pieces = Array.from({ length: Math.ceil(bytes.length / 500) }, (_, at) =>
        bytes.subarray(at * 500, at * 500 + 500),
      );
      await log.append(pieces, { origin: 'client' }).durable;
      await append(log, { values: [`small ${index}`] });
    }
    const expected = Array.from({ length: 5 }, (_, index) => [
      `${index * 2}:${String(index).repeat(1_000_000)}`,
      `${index * 2 + 1}:small ${index}`,
    ]).flat();
    expect(await readAll(log, 0, 1_500_000)).toEqual(expected);
    await first.close();
    const second = await openLogStorage({ directory: nested });
    expect(await readAll(second.get('orders', 0)!, 0, 10)).toEqual(expected);
    await second.delete('orders', 0);
    await second.close();
    expect(fs.readdirSync(nested).sort()).toEqual([
      '.kafka_cleanshutdown',
      'log-start-offset-checkpoint',
      'meta.properties',
      'recovery-point-offset-checkpoint',
    ]);
  });

  it('says that it cannot be used when a file is in its place', async () => {
    fs.writeFileSync(join(directory, 'file'), '');
    await expect(openLogStorage({ directory: join(directory, 'file') })).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
    });
  });
});

describeUnless(absenceOfKafka(), 'our files, read by Apache Kafka', () => {
  it('hold batches, indexes and producer snapshots without an error', async () => {
    const storage = await openLogStorage({ directory, flush: 'os' });
    const config = { ...defaultLogConfig, segmentBytes: 100_000, indexIntervalBytes: 1000 };
    const log = await storage.create('dump', 0, { topicId: randomUuid(), config });
    const sequences = [0, 0, 0];
    for (let index = 0; index < 500; index++) {
      const values = Array.from({ length: 1 + (index % 7) }, (_, at) => `${index}/${at}`.padEnd(50));
      const timestampMs = 1_700_000_000_000 + ((index * 37) % 500);
      const producer = { producerId: index % 3, producerEpoch: 0, baseSequence: sequences[index % 3]! };
      sequences[index % 3]! += values.length;
      await append(log, { values, timestampMs, ...producer });
    }
    await storage.close();
    const files = fs
      .readdirSync(join(directory, 'dump-0'))
      .filter((name) => /\.(log|index|timeindex|snapshot)$/.test(name));
    expect(new Set(files.map((name) => name.slice(name.lastIndexOf('.'))))).toHaveProperty('size', 4);
    const kafka = findKafka(REFERENCE_VERSION);
    const { stdout, stderr } = await run(
      kafka.java,
      [
        ...kafka.javaArguments,
        'org.apache.kafka.tools.DumpLogSegments',
        '--deep-iteration',
        '--files',
        files.map((name) => join(directory, 'dump-0', name)).join(','),
      ],
      { maxBuffer: 1 << 28 },
    );
    // The tool compares the first offset of every file with -1, whatever the file's name says.
    const quirks = /^(SLF4J|WARN|ERROR StatusLogger|Non-consecutive offsets in| {2}-1 is followed by).*\n/gm;
    expect(stderr.replaceAll(quirks, '')).toBe('');
    expect(stdout).not.toMatch(/Found timestamp mismatch|out of order|Mismatches|isvalid: false|not found|Error/i);
    expect(stdout.match(/baseOffset: /g)).toHaveLength(500);
    expect(stdout).toMatch(/producerId: 1 producerEpoch: 0/);
  }, 120_000);
});
