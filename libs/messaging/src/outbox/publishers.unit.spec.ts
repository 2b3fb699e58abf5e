import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = import.meta.dirname;
const capture = path.resolve(here, '../../../event-sourcing/src/change-capture/index.ts');
const statement = /^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)'|^import '([^']+)'/gm;

/** What a module loads from elsewhere, with all that it loads from these libraries. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, from, bare] of fs.readFileSync(file, 'utf8').matchAll(statement)) {
    const name = (from ?? bare)!;
    const next = name === '@headwater/event-sourcing/capture' ? capture : path.resolve(path.dirname(file), name);
    if (!name.startsWith('.') && next !== capture) packages.add(name);
    else for (const each of packagesOf(next, seen)) packages.add(each);
  }
  return packages;
}

describe('the libraries of a process that only captures', () => {
  it('load no framework and no other client', () => {
    const loaded = [...packagesOf(path.join(here, 'index.ts'))].filter((name) => !name.startsWith('node:'));
    expect(loaded).toEqual(['pg']);
  });
});
