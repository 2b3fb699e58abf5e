import { readFileSync } from 'node:fs';
import { format } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { firstExampleOf, libraries } from './first-example.ts';

jest.setTimeout(120_000);

afterEach(() => {
  jest.restoreAllMocks();
});

describe.each(libraries())('the README of %s', (library) => {
  it('shows the program of examples/first.ts', () => {
    const { file, shownProgram } = firstExampleOf(library);
    expect(shownProgram).toBe(readFileSync(file, 'utf8'));
  });

  it('shows what that program prints', async () => {
    const { file, shownOutput } = firstExampleOf(library);
    const printed: string[] = [];
    jest.spyOn(console, 'log').mockImplementation((...values: unknown[]) => printed.push(format(...values)));
    await import(file);
    expect(`${printed.join('\n')}\n`).toBe(shownOutput);
  });
});
