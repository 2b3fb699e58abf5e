import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';
import { importCycles } from './import-cycles.ts';
import { betterName, tidyFindings, type SourceText } from './rules.ts';

const root = path.resolve(import.meta.dirname, '../../..');

function sourcesOfTheHouse(): SourceText[] {
  return ['apps', 'libs', 'tools'].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith('.gen.ts'))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
      .filter((file) => !/(^|\/)(dist|node_modules)\//.test(file))
      .map((file) => ({ path: file, text: fs.readFileSync(path.join(root, file), 'utf8') })),
  );
}

function messages(source: SourceText): string[] {
  return tidyFindings(source).map((finding) => finding.message);
}

describe('the house', () => {
  const sources = sourcesOfTheHouse();

  it('is tidy', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(tidyFindings).map(({ path: file, line, message }) => `${file}:${line} ${message}`)).toEqual(
      [],
    );
  });

  it('has no import cycle', () => {
    expect(importCycles(sources).map((cycle) => cycle.join(' -> '))).toEqual([]);
  });
});

describe('a tidy rule', () => {
  it('asks for a second file when one is too long', () => {
    expect(messages({ path: 'libs/a/src/long.ts', text: '\n'.repeat(501) })).toEqual([
      expect.stringContaining('501 lines'),
    ]);
  });

  it('asks for steps when a function is too long, and lets a suite of tests be', () => {
    const long = `{\n${'  step();\n'.repeat(80)}}`;
    expect(messages({ path: 'libs/a/src/steps.ts', text: `function run() ${long}\n` })).toEqual([
      expect.stringContaining("'run' has 82 lines"),
    ]);
    expect(messages({ path: 'libs/a/src/steps.unit.spec.ts', text: `describe('it', () => ${long});\n` })).toEqual([]);
  });

  it('names the file name to use', () => {
    expect(messages({ path: 'libs/a/src/EventStore.ts', text: '' })).toEqual([
      expect.stringContaining("'event-store.ts'"),
    ]);
    expect(messages({ path: 'libs/a/src/utils.ts', text: '' })).toEqual([expect.stringContaining('names no concept')]);
    expect(messages({ path: 'libs/a/src/lane.spec.ts', text: '' })).toEqual([
      expect.stringContaining("'lane.unit.spec.ts'"),
    ]);
  });

  it('asks for a header at a door and in the log', () => {
    expect(messages({ path: 'libs/broker/src/storage/segment.ts', text: 'const a = 1;' })).toEqual([
      expect.stringContaining('no header'),
    ]);
    expect(messages({ path: 'libs/broker/src/storage/segment.ts', text: '/** A segment. */\nconst a = 1;' })).toEqual(
      [],
    );
  });

  it('refuses words of unfinished work', () => {
    expect(messages({ path: 'libs/a/src/lane.ts', text: `// ${'TO' + 'DO'}: later` })).toEqual([
      expect.stringContaining('finish it'),
    ]);
  });

  it('spells declared names out and puts units last', () => {
    expect(messages({ path: 'libs/a/src/lane.ts', text: 'const req = 1; function f(maxWaitInMs: number) {}' })).toEqual(
      ["'req': write 'request'", "'maxWaitInMs': write 'maxWaitMs'"],
    );
    expect(betterName('msTimeout')).toBe('timeoutMs');
    expect(betterName('lingerMs')).toBeUndefined();
    expect(betterName('requestBuf')).toBe('requestBuffer');
  });

  it('sees a cycle through value imports and not through types', () => {
    const file = (name: string, text: string): SourceText => ({ path: `libs/a/src/${name}.ts`, text });
    expect(importCycles([file('a', "import { b } from './b.ts';"), file('b', "import { a } from './a.ts';")])).toEqual([
      ['libs/a/src/a.ts', 'libs/a/src/b.ts', 'libs/a/src/a.ts'],
    ]);
    expect(
      importCycles([file('a', "import { b } from './b.ts';"), file('b', "import type { A } from './a.ts';")]),
    ).toEqual([]);
    expect(
      importCycles([file('a', "import { b } from './b.ts';"), file('b', "import { type A } from './a.ts';")]),
    ).toEqual([]);
  });
});
