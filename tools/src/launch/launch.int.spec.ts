import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** The launcher is plain JavaScript without types: it runs before a compiler is installed. */
interface Freshness {
  isFresh(root: string): boolean;
  markFresh(root: string, beganMs: number): void;
}
const { isFresh, markFresh } = (await import(path.join(root, 'tools/launch/freshness.js'))) as Freshness;

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

/** A workspace of one app and one lib, built a moment ago. */
function builtWorkspace(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-built-'));
  const files = ['apps/one/tsconfig.json', 'apps/one/src/main.ts', 'libs/two/tsconfig.json', 'libs/two/src/a/b.ts'];
  const others = ['tools/tsconfig.json', 'schemas/s.avsc', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json'];
  for (const file of [...files, ...others]) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), '');
  }
  for (const project of ['apps/one', 'libs/two', 'tools']) fs.mkdirSync(path.join(folder, project, 'dist'));
  markFresh(folder, Date.now() + 1_000);
  return folder;
}

/** Later than the stamp. */
function touch(file: string): void {
  const later = Date.now() / 1_000 + 10;
  fs.utimesSync(file, later, later);
}

describe('what is built', () => {
  it('is fresh until something is changed, added or taken away, and in a build a source was changed meanwhile', () => {
    const changes: Record<string, (folder: string) => void> = {
      'a source is changed': (folder) => touch(path.join(folder, 'libs/two/src/a/b.ts')),
      'a package is installed': (folder) => touch(path.join(folder, 'package-lock.json')),
      'a schema is changed': (folder) => touch(path.join(folder, 'schemas/s.avsc')),
      'a source is taken away': (folder) => {
        fs.rmSync(path.join(folder, 'libs/two/src/a/b.ts'));
        touch(path.join(folder, 'libs/two/src/a'));
      },
      'an app is taken away': (folder) => {
        fs.rmSync(path.join(folder, 'apps/one'), { recursive: true });
        touch(path.join(folder, 'apps'));
      },
      'an output is taken away': (folder) => fs.rmSync(path.join(folder, 'libs/two/dist'), { recursive: true }),
      'all outputs are taken away': (folder) => fs.rmSync(path.join(folder, 'dist'), { recursive: true }),
      'the build began before the last change': (folder) => markFresh(folder, Date.now() - 60_000),
    };
    for (const [what, change] of Object.entries(changes)) {
      const folder = builtWorkspace();
      expect({ [what]: isFresh(folder) }).toEqual({ [what]: true });
      change(folder);
      expect({ [what]: isFresh(folder) }).toEqual({ [what]: false });
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('stays fresh when only what is built or installed is written', () => {
    const folder = builtWorkspace();
    for (const file of [
      'apps/one/dist/main.js',
      'libs/two/node_modules/x/index.js',
      'tools/dist/y.js',
      '.headwater/z',
    ]) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), '');
      touch(path.join(folder, file));
      touch(path.dirname(path.join(folder, file)));
    }
    expect(isFresh(folder)).toBe(true);
    fs.rmSync(folder, { recursive: true });
  });
});

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
