import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { excerptOf } from './code-excerpt.ts';
import { codeReferences } from './code-references.ts';
import { LESSON_IDS } from './lesson-state.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const LONGEST_LINES = 80;

const SOURCE = `import { a } from 'b';

/** Adds. */
export function add(
  left: number,
  right: number,
): number {
  return left + right;
}

const LIMIT = 5;

class Counter {
  /** Counts. */
  async count(by: number): Promise<void> {
    if (by > 0) {
      await this.#add(by);
    }
  }

  async #add(by: number): Promise<void> {
    // #region adding
    this.total += by;
    // #endregion
  }
}
`;

const textOf = (reference: { symbol?: string; region?: string }) =>
  excerptOf({ file: 'counter.ts', about: '', ...reference }, SOURCE).text;

describe('an excerpt', () => {
  it('is a symbol with its doc comment, whole', () => {
    expect(textOf({ symbol: 'add' })).toBe(
      '/** Adds. */\nexport function add(\n  left: number,\n  right: number,\n): number {\n  return left + right;\n}',
    );
    expect(textOf({ symbol: 'LIMIT' })).toBe('const LIMIT = 5;');
    expect(textOf({ symbol: 'Counter.count' })).toBe(
      '/** Counts. */\nasync count(by: number): Promise<void> {\n  if (by > 0) {\n    await this.#add(by);\n  }\n}',
    );
    expect(textOf({ symbol: 'Counter.#add' })).toContain('async #add');
  });

  it('is a region, or the whole file', () => {
    expect(textOf({ region: 'adding' })).toBe('this.total += by;');
    expect(`${textOf({})}\n`).toBe(SOURCE);
  });

  it('that is not there is told by its name', () => {
    expect(() => textOf({ symbol: 'Counter.reset' })).toThrow('counter.ts has no Counter.reset');
    expect(() => textOf({ region: 'resetting' })).toThrow('counter.ts has no region resetting');
  });
});

describe('the code of the lessons', () => {
  const references = LESSON_IDS.flatMap((id) => codeReferences[id]);

  it.each(
    references.map((reference) => [reference.symbol ?? reference.region ?? '', reference.file, reference] as const),
  )('%s is in %s, and short enough to be read', (_name, file, reference) => {
    const { text, line } = excerptOf(reference, readFileSync(path.join(root, file), 'utf8'));
    expect(line).toBeGreaterThan(0);
    expect(text.split('\n').length).toBeGreaterThan(2);
    expect(text.split('\n').length).toBeLessThanOrEqual(LONGEST_LINES);
  });

  it('is more than the lesson itself: each shows what the platform does', () => {
    for (const id of LESSON_IDS)
      expect(codeReferences[id].some(({ file }) => !file.startsWith('apps/console'))).toBe(true);
  });
});
