import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkStage } from './check-stage.ts';

const manifest = {
  name: 'kit',
  version: '0.1.0',
  description: 'A kit.',
  license: 'MIT',
  engines: { node: '>=24.9' },
  bin: { kit: './dist/main.js' },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  files: ['dist'],
  dependencies: { avsc: '5.7.9' },
};

const complete = {
  'README.md': '# kit',
  'CHANGELOG.md': '# Changelog',
  LICENSE: 'MIT',
  'dist/index.d.ts': "export * from './codec.ts';",
  'dist/codec.d.ts': "import type avro from 'avsc';",
  'dist/index.js': "import fs from 'node:fs';\nexport * from './codec.js';",
  'dist/codec.js': "import avro from 'avsc';",
  'dist/main.js': '#!/usr/bin/env node\n',
};

describe('a package that is to be published', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-stage-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What is wrong with a package of these files. */
  function check(files: Readonly<Record<string, string>>, changes: object = {}): string[] {
    const all = { ...files, 'package.json': JSON.stringify({ ...manifest, ...changes }) };
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    return checkStage(folder, Object.keys(all));
  }

  it('is well when it holds what it names and declares what it imports', () => {
    expect(check(complete)).toEqual([]);
  });

  it('is refused when an entry, its type or its program is not in it', () => {
    const { 'dist/index.d.ts': _, ...untyped } = complete;
    expect(check(untyped)).toEqual(['kit has no ./dist/index.d.ts for .']);
    expect(check(complete, { bin: { kit: './dist/kit.js' } })).toEqual(['kit has no ./dist/kit.js for kit']);
    expect(check({ ...complete, 'dist/main.js': '' })).toEqual([
      'kit has the program ./dist/main.js without #!/usr/bin/env node',
    ]);
  });

  it('is refused when it imports what it neither holds nor declares', () => {
    expect(check(complete, { dependencies: {} })).toEqual([
      'kit imports avsc in dist/codec.d.ts and does not depend on it',
      'kit imports avsc in dist/codec.js and does not depend on it',
    ]);
    expect(check({ ...complete, 'dist/codec.js': "await import('./other.js');" })).toEqual([
      'kit imports ./other.js in dist/codec.js, which it does not hold',
    ]);
  });

  it('is refused with files of tests, and without its papers', () => {
    const { LICENSE: _, ...unlicensed } = complete;
    expect(check({ ...unlicensed, 'dist/codec.spec.js': '' })).toEqual([
      'kit has no LICENSE',
      'kit must not hold dist/codec.spec.js',
    ]);
  });
});
