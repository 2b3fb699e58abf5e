import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { handlers } from './handlers/index.ts';
import { servedApisOf } from './served-apis.ts';

describe('the served APIs', () => {
  it('are listed by rising key, each once', () => {
    const keys = servedApisOf(handlers).map(({ apiKey }) => apiKey);
    expect(keys).toEqual([...new Set(keys)].toSorted((left, right) => left - right));
  });

  it('are those of the table in the README', () => {
    const rows = handlers.map(({ api }) => `| ${api.key} | ${api.name} | ${api.minVersion}-${api.maxVersion} |`);
    const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');
    const table = readme.split('<!-- served apis -->')[1]?.split('<!-- /served apis -->')[0] ?? '';
    const listed = table
      .split('\n')
      .filter((line) => /^\| +\d/.test(line))
      .map((line) => line.replaceAll(/ +/g, ' ').trim());
    expect(listed).toEqual(rows);
  });
});
