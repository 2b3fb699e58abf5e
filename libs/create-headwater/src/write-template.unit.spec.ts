import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findPackages, makeFolder, takePackages, writeTemplate } from './write-template.ts';

describe('the files of a new workspace', () => {
  let folder: string;
  const workspace = (...parts: string[]): string => path.join(folder, 'shop', ...parts);
  const manifest = () =>
    JSON.parse(readFileSync(workspace('package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-create-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('carry its name, and their own names', () => {
    makeFolder(workspace());
    writeTemplate(workspace(), 'shop');
    expect(manifest()).toMatchObject({ name: 'shop' });
    expect(readFileSync(workspace('libs/contracts/package.json'), 'utf8')).toContain('"@shop/contracts"');
    expect(readFileSync(workspace('README.md'), 'utf8')).toMatch(/^# `shop`\n/);
    expect(existsSync(workspace('.gitignore'))).toBe(true);
    expect(existsSync(workspace('_gitignore'))).toBe(false);
  });

  it('are not written over others', () => {
    mkdirSync(workspace());
    writeFileSync(workspace('notes.txt'), '');
    expect(() => makeFolder(workspace())).toThrow(/shop is not empty: take another name/);
  });

  it('take packages from a folder that holds all of them', () => {
    makeFolder(workspace());
    writeTemplate(workspace(), 'shop');
    const packages = path.join(folder, 'packages');
    mkdirSync(packages);
    expect(() => findPackages(packages)).toThrow(/packages holds no tarball of @headwater\//);
    const { dependencies, devDependencies } = manifest();
    const needed = Object.keys({ ...dependencies, ...devDependencies }).filter((name) =>
      name.startsWith('@headwater/'),
    );
    for (const name of [...needed, '@headwater/broker'])
      writeFileSync(path.join(packages, `${name.replace('@', '').replace('/', '-')}-0.1.0.tgz`), '');
    takePackages(findPackages(packages), workspace());
    expect(manifest().dependencies['@headwater/messaging']).toBe('file:packages/headwater-messaging-0.1.0.tgz');
    expect(manifest().devDependencies['@headwater/broker']).toBe('file:packages/headwater-broker-0.1.0.tgz');
    expect(existsSync(workspace('packages/headwater-nx-0.1.0.tgz'))).toBe(true);
  });

  it('name a folder of packages that is not there', () => {
    expect(() => findPackages('/nowhere')).toThrow('--packages /nowhere is not a folder');
  });
});
