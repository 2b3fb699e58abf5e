import { describe, expect, it } from '@jest/globals';
import { type MemoryFileSystem } from '../storage/index.ts';
import { openMachine, type OpenMachine } from './testing/key-value-machine.ts';

const policy = { everyBytes: 1000, everyMs: 3_600_000 };

function open(fileSystem?: MemoryFileSystem, snapshots = policy): Promise<OpenMachine> {
  return openMachine(fileSystem, undefined, snapshots);
}

function write({ runtime }: OpenMachine, key: string, value: string | null): Promise<void> {
  return runtime.write(() => ({ records: [{ key, value }], reply: undefined }));
}

function snapshotFiles(fileSystem: MemoryFileSystem): string[] {
  return fileSystem
    .list('/data/state-0')
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.checkpoint'));
}

async function close({ runtime, storage }: OpenMachine): Promise<void> {
  await runtime.close();
  await storage.close();
}

describe('a state machine with snapshots', () => {
  it('keeps its log small, however often its state changes, and comes back from snapshot and log', async () => {
    const opened = await open();
    const log = opened.storage.get('state', 0)!;
    for (let round = 0; round < 400; round++) {
      await write(opened, `key-${round % 7}`, `value ${round}`);
      if (round % 10 === 0) await write(opened, 'gone', null);
    }
    const entries = new Map(opened.machine.entries);
    expect(entries.size).toBe(7);
    await close(opened);
    expect(log.logEndOffset).toBe(440);
    expect(log.logStartOffset).toBeGreaterThan(400);
    expect(log.sizeBytes).toBeLessThan(3000);
    expect(snapshotFiles(opened.fileSystem)).toEqual([
      `${String(log.logStartOffset).padStart(20, '0')}-0000000000.checkpoint`,
    ]);

    const again = await open(opened.fileSystem);
    expect(again.machine.entries).toEqual(entries);
    await write(again, 'more', 'x');
    expect(again.storage.get('state', 0)!.logEndOffset).toBe(441);
  });

  it('writes one after the longest time too, when something was written', async () => {
    const opened = await open();
    await write(opened, 'a', '1');
    expect(snapshotFiles(opened.fileSystem)).toEqual([]);
    await opened.clock.advance(policy.everyMs);
    await write(opened, 'b', '2');
    await close(opened);
    expect(snapshotFiles(opened.fileSystem)).toEqual(['00000000000000000002-0000000000.checkpoint']);
  });

  it('takes an older snapshot and the log when the newest is damaged, and says so', async () => {
    const opened = await open();
    for (let round = 0; round < 20; round++) await write(opened, `key-${round % 3}`, `value ${round}`);
    const entries = new Map(opened.machine.entries);
    await close(opened);
    const [name] = snapshotFiles(opened.fileSystem);
    const path = `/data/state-0/${name}`;
    // A copy that claims to be newer, cut off.
    const whole = opened.fileSystem.readFile(path)!;
    const file = opened.fileSystem.open('/data/state-0/00000000000000000019-0000000000.checkpoint', 'write');
    file.writeNow([whole.subarray(0, whole.length - 1)], 0);
    file.close();
    const again = await open(opened.fileSystem);
    expect(again.machine.entries).toEqual(entries);
    await close(again);
  });

  it('refuses to start from half a state when the snapshot that the log begins behind is gone', async () => {
    const opened = await open();
    for (let round = 0; round < 40; round++) await write(opened, `key-${round % 3}`, `value ${round}`);
    await close(opened);
    for (const name of snapshotFiles(opened.fileSystem)) await opened.fileSystem.remove(`/data/state-0/${name}`);
    await expect(open(opened.fileSystem)).rejects.toThrow(/the log starts at offset \d+, but it has no whole snapshot/);
  });
});
