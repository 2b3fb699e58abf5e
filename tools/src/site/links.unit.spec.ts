import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { brokenLinks } from './links.ts';

const root = path.resolve(import.meta.dirname, '../../..');

describe('links of the documentation', () => {
  it('all lead somewhere', () => {
    expect(brokenLinks(root)).toEqual([]);
  });

  it('are found broken by file and by heading', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'headwater-links-'));
    try {
      mkdirSync(path.join(folder, 'docs'));
      mkdirSync(path.join(folder, 'libs'));
      writeFileSync(path.join(folder, 'docs/a.md'), '# A\n[b](b.md#there) [c](b.md#not) [d](d.md) [e](../../e.md)\n');
      writeFileSync(path.join(folder, 'docs/b.md'), '# There\n[a](a.md#a) [web](https://example.org/x#y)\n');
      expect(brokenLinks(folder)).toEqual([
        { file: 'docs/a.md', line: 2, target: 'b.md#not', reason: 'docs/b.md has no heading #not' },
        { file: 'docs/a.md', line: 2, target: 'd.md', reason: 'there is no docs/d.md' },
        { file: 'docs/a.md', line: 2, target: '../../e.md', reason: 'it leads out of the project' },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
