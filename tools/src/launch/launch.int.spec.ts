import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** Runs a command of the launcher with the machine changed first, as `preload` says; the launcher itself is untouched. */
function launch(preload: string, cloned = root, command = 'build') {
  return spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(preload)}`,
      path.join(cloned, 'tools/launch/run.js'),
      command,
    ],
    {
      encoding: 'utf8',
      cwd: os.tmpdir(),
    },
  );
}

/** A clone on which nothing has been installed, with only what the launcher reads. */
function freshClone(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-clone-'));
  fs.cpSync(path.join(root, 'tools/launch'), path.join(folder, 'tools/launch'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    fs.copyFileSync(path.join(root, file), path.join(folder, file));
  return folder;
}

describe('the launcher', () => {
  it('asks for a newer Node in one line where none is to be had from the registry', () => {
    const folder = freshClone();
    const machine =
      "Object.defineProperty(process, 'platform', { value: 'freebsd' }); Object.defineProperty(process, 'version', { value: 'v20.11.0' });";
    const { status, stderr } = launch(machine, folder);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('Headwater needs Node 24.9 or newer on freebsd');
    expect(status).toBe(1);
    expect(fs.existsSync(path.join(folder, 'node_modules'))).toBe(false);
    fs.rmSync(folder, { recursive: true });
  });

  it('says in one line that the disk is full, before it begins to install', () => {
    const folder = freshClone();
    const { status, stderr } = launch(
      "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.statfsSync = () => ({ bavail: 10, bsize: 4096 }); syncBuiltinESMExports();",
      folder,
    );
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`The disk that holds ${folder} is full: make at least 1.5 GB free`),
    ]);
    expect(status).toBe(1);
    expect(fs.existsSync(path.join(folder, 'node_modules'))).toBe(false);
    fs.rmSync(folder, { recursive: true });
  });

  it('names the commands there are when it is given another', () => {
    const { status, stderr } = launch('', root, 'strat');
    expect(stderr).toMatch(/^Unknown command 'strat': one of start, broker,/);
    expect(status).toBe(1);
  });
});
