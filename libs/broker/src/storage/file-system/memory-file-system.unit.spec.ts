import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../testing/log-fixtures.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

const text = (fileSystem: MemoryFileSystem, path: string) => fileSystem.readFile(path)?.toString('latin1');

function withFile(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/data');
  return fileSystem;
}

describe('the in-memory file system', () => {
  it('keeps what was synced through a crash, and nothing else without a random part', async () => {
    const fileSystem = withFile();
    await fileSystem.syncDirectory('/');
    const file = fileSystem.open('/data/log', 'write');
    file.writeNow([Buffer.from('synced')], 0);
    await file.sync();
    await fileSystem.syncDirectory('/data');
    file.writeNow([Buffer.from(' and not')], 6);
    fileSystem.open('/data/unnamed', 'write').writeNow([Buffer.from('x')], 0);
    expect(text(fileSystem.kill(), '/data/log')).toBe('synced and not');
    expect(text(fileSystem.crash(), '/data/log')).toBe('synced');
    expect(fileSystem.crash().readFile('/data/unnamed')).toBeUndefined();
  });

  it('makes durable with a sync only what was written before it was called', async () => {
    const fileSystem = withFile();
    await fileSystem.syncDirectory('/');
    const file = fileSystem.open('/data/log', 'write');
    await fileSystem.syncDirectory('/data');
    file.writeNow([Buffer.from('before')], 0);
    const synced = file.sync();
    file.writeNow([Buffer.from('after')], 6);
    await synced;
    expect(text(fileSystem.crash(), '/data/log')).toBe('before');
  });

  it('loses what a failed sync should have written, though the next sync succeeds', async () => {
    const fileSystem = withFile();
    await fileSystem.syncDirectory('/');
    const file = fileSystem.open('/data/log', 'write');
    await fileSystem.syncDirectory('/data');
    file.writeNow([Buffer.from('abc')], 0);
    fileSystem.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    fileSystem.fault = undefined;
    await file.sync();
    expect(text(fileSystem, '/data/log')).toBe('abc');
    expect(text(fileSystem.crash(), '/data/log')).toBe('\0\0\0');
    file.writeNow([Buffer.from('abc')], 0);
    await file.sync();
    expect(text(fileSystem.crash(), '/data/log')).toBe('abc');
  });

  it('leaves in a crash the same for the same seed, and whole 512-byte sectors of what was being written', async () => {
    const fileSystem = withFile();
    await fileSystem.syncDirectory('/');
    const file = fileSystem.open('/data/log', 'write');
    await fileSystem.syncDirectory('/data');
    for (let sector = 0; sector < 64; sector++) file.writeNow([Buffer.alloc(512, 65 + (sector % 26))], sector * 512);
    const torn = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const left = text(fileSystem.crash(seededRandom(seed)), '/data/log')!;
      expect(text(fileSystem.crash(seededRandom(seed)), '/data/log')).toBe(left);
      torn.add(left.length);
    }
    expect(torn.size).toBeGreaterThan(3);
  });

  it('takes a folder of the real disk and puts it back', () => {
    const path = fs.mkdtempSync(join(tmpdir(), 'headwater-memory-folder-'));
    try {
      fs.mkdirSync(join(path, 'a-0'));
      fs.writeFileSync(join(path, 'a-0', 'log'), 'one');
      fs.writeFileSync(join(path, 'old'), 'old');
      const fileSystem = MemoryFileSystem.ofFolder(path);
      expect(text(fileSystem.crash(), join(path, 'a-0', 'log'))).toBe('one');
      fileSystem.rename(join(path, 'old'), join(path, 'new'));
      fileSystem.makeDirectory(join(path, 'b-0'));
      fileSystem.saveFolder(path);
      expect(fs.readdirSync(path).sort()).toEqual(['a-0', 'b-0', 'new']);
      expect(fs.readFileSync(join(path, 'a-0', 'log'), 'utf8')).toBe('one');
    } finally {
      fs.rmSync(path, { recursive: true });
    }
  });
});
