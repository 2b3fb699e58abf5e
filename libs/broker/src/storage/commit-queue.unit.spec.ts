import { describe, expect, it } from '@jest/globals';
import { append, batch, createLog, openMemory, readAll, seededRandom, valuesOf } from './testing/log-fixtures.ts';

const largeBytes = 70_000;

/** A log with one durable batch, whose writes wait from here on until the test lets them go, in whatever order. */
async function heldWrites() {
  const { storage, fileSystem } = await openMemory({ flush: 'fsync', tailCacheBytes: 0 });
  const log = await createLog(storage);
  await append(log, { values: ['first'] });
  const held: PromiseWithResolvers<void>[] = [];
  fileSystem.pause = () => {
    const gate: PromiseWithResolvers<void> = Promise.withResolvers();
    held.push(gate);
    return gate.promise;
  };
  const settled: string[] = [];
  const appendLarge = async (value: string) => {
    const { durable } = log.append([batch({ values: [value], valueBytes: largeBytes })], { origin: 'client' });
    void durable.then(
      () => settled.push(value),
      () => settled.push(`${value} failed`),
    );
    await turn();
  };
  const letGo = async (...indexes: number[]) => {
    for (const index of indexes) held[index]!.resolve();
    await turn();
  };
  const goOn = () => {
    fileSystem.pause = () => Promise.resolve();
    for (const { resolve } of held) resolve();
  };
  return { storage, fileSystem, log, held, settled, appendLarge, letGo, goOn };
}

/** The end of a turn, in which the queue begins its writes, and what follows from it. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

describe('the commit queue with fsync', () => {
  it('writes a large group while the one before it is being written, and no third one', async () => {
    const { held, appendLarge } = await heldWrites();
    for (const value of ['a', 'b', 'c']) await appendLarge(value);
    expect(held).toHaveLength(2);
  });

  it('lets small batches wait, so that they become durable together', async () => {
    const { log, held, letGo } = await heldWrites();
    const appends: Promise<void>[] = [];
    for (const value of ['a', 'b', 'c']) {
      appends.push(log.append([batch({ values: [value] })], { origin: 'client' }).durable);
      await turn();
    }
    expect(held).toHaveLength(1);
    await letGo(0);
    expect(held).toHaveLength(2);
    await letGo(1);
    await Promise.all(appends);
    expect(log.highWatermark).toBe(4);
  });

  it('shows a group when those before it are durable, though its own write ended first', async () => {
    const { log, settled, appendLarge, letGo } = await heldWrites();
    for (const value of ['a', 'b']) await appendLarge(value);
    await letGo(1);
    expect(settled).toEqual([]);
    expect(log.highWatermark).toBe(1);
    await letGo(0);
    expect(settled).toEqual(['a', 'b']);
    expect(log.highWatermark).toBe(3);
  });

  it('takes back a group whose write ended well when the one before it fails, and goes on behind the last durable one', async () => {
    const { fileSystem, storage, log, settled, appendLarge, letGo, goOn } = await heldWrites();
    for (const value of ['a', 'b', 'c']) await appendLarge(value);
    await letGo(1);
    let writes = 0;
    fileSystem.fault = (operation) => (operation === 'write' && ++writes === 1 ? 'EIO' : undefined);
    await letGo(0);
    expect(settled).toEqual(['a failed', 'b failed', 'c failed']);
    expect(log.logEndOffset).toBe(1);
    goOn();
    await append(log, { values: ['second'] });
    expect(valuesOf(await log.read(0, 1000))).toEqual(['first', 'second']);
    await storage.close();
    const again = await openMemory({ fileSystem });
    expect(await readAll(again.storage.get('orders', 0)!)).toEqual(['0:first', '1:second']);
  });

  it('waits for the write before a failed one, and keeps what that wrote', async () => {
    const { fileSystem, log, settled, appendLarge, letGo, goOn } = await heldWrites();
    for (const value of ['a', 'b', 'c']) await appendLarge(value);
    fileSystem.fault = (operation) => (operation === 'write' ? 'EIO' : undefined);
    await letGo(1);
    fileSystem.fault = undefined;
    expect(settled).toEqual([]);
    goOn();
    await turn();
    expect(settled).toEqual(['a', 'b failed', 'c failed']);
    expect(log.logEndOffset).toBe(2);
    await append(log, { values: ['second'] });
    expect(log.highWatermark).toBe(3);
  });

  it('ends the log before the gap that a crash leaves between two writes', async () => {
    const { fileSystem, appendLarge, letGo } = await heldWrites();
    for (const value of ['a', 'b']) await appendLarge(value);
    await letGo(1);
    for (const found of [fileSystem.kill(), fileSystem.crash(seededRandom(7)), fileSystem.crash()]) {
      const { storage } = await openMemory({ fileSystem: found });
      const log = storage.get('orders', 0)!;
      expect(await readAll(log)).toEqual(['0:first']);
      await append(log, { values: ['second'] });
      expect(await readAll(log)).toEqual(['0:first', '1:second']);
    }
  });

  it('waits for what is being written when the log is deleted, and fails the rest', async () => {
    const { storage, settled, appendLarge, letGo, goOn } = await heldWrites();
    for (const value of ['a', 'b', 'c']) await appendLarge(value);
    const deleted = storage.delete('orders', 0);
    await letGo(1);
    expect(settled).toEqual([]);
    goOn();
    await deleted;
    expect(settled).toEqual(['a', 'b', 'c failed']);
  });
});
