import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDataDir } from './instance-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'lock-')), 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const lockFile = (): string => join(folder, 'launcher.json');

describe('the lock of a data folder', () => {
  it('is held by one launcher, which is named to the second, and given back', () => {
    const unlock = lockDataDir(folder);
    expect(() => lockDataDir(folder)).toThrow(
      `A demo runs on ${folder} already (process ${process.pid}): stop it with Ctrl-C`,
    );
    unlock();
    expect(existsSync(lockFile())).toBe(false);
    lockDataDir(folder)();
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, began: '1' })],
    ['another process that has the id by now', JSON.stringify({ pid: process.pid, began: 'long ago' })],
    ['nobody, since it is half written', '{"pid":'],
  ])('is taken over from %s', async (_owner, content) => {
    lockDataDir(folder)();
    await writeFile(lockFile(), content);
    lockDataDir(folder)();
  });

  it('says in one line that the folder cannot be used', async () => {
    const file = join(tmpdir(), `lock-file-${process.pid}`);
    await writeFile(file, '');
    expect(() => lockDataDir(join(file, 'data'))).toThrow(/data cannot be used: ENOTDIR/);
    await rm(file);
  });
});
