import { describe, expect, it } from '@jest/globals';
import { defaultLogConfig, openLogStorage, type StorageEvent } from '@headwater/broker-core/storage';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { encodeBatch } from './batch.ts';
import { type LogEnd, writeShutdownState, writeSparseLog } from './sparse-log.ts';

const mebibyte = 1024 * 1024;
const batchBytes = 128 * 1024;

describe('a sparse log', () => {
  it.each(['clean', 'killed'] as const)(
    'is a whole log to a broker that starts after it was left %s',
    async (state) => {
      const directory = fs.mkdtempSync(join(tmpdir(), 'headwater-sparse-'));
      try {
        const end = await makeLog(directory);
        writeShutdownState(directory, [end], state);
        const events: StorageEvent[] = [];
        const storage = await openLogStorage({ directory, onEvent: (event) => events.push(event) });
        const log = storage.get('bench', 0)!;
        expect(log.logEndOffset).toBe(64);
        expect(log.sizeBytes).toBeGreaterThan(64 * batchBytes);
        expect(storage.recoveredFromCrash).toBe(state === 'killed');
        expect(events.filter(({ level }) => level !== 'info')).toEqual([]);
        await storage.close();
      } finally {
        fs.rmSync(directory, { recursive: true, force: true });
      }
    },
  );
});

async function makeLog(directory: string): Promise<LogEnd> {
  const storage = await openLogStorage({ directory });
  const config = { ...defaultLogConfig, retentionMs: -1 };
  await storage.create('bench', 0, { topicId: randomUUID(), config });
  const metadata = await storage.create('__cluster_metadata', 0, { topicId: randomUUID(), config });
  await metadata.append([encodeBatch(0).batch], { origin: 'client' }).durable;
  await storage.close();
  return writeSparseLog(directory, {
    topic: 'bench',
    partition: 0,
    batches: 64,
    batchBytes,
    segmentBytes: 3 * mebibyte,
  });
}
