import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = import.meta.dirname;
const eventSourcing = path.resolve(here, '../../../event-sourcing/src');
const capture = path.join(eventSourcing, 'change-capture/index.ts');
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

describe('the libraries of a process that only captures, or only publishes an outbox', () => {
  it.each([path.join(here, 'index.ts'), path.join(eventSourcing, 'outbox/relays.ts')])(
    'load no framework and no other client: %s',
    (door) => {
      const loaded = [...packagesOf(door)].filter((name) => !name.startsWith('node:'));
      expect(loaded).toEqual(['pg']);
    },
  );
});
