/**
 * What a service loads before it is ready: the cost of its start, in bytes of code rather than in seconds, which depend on the machine.
 * Whoever needs more than the budget imports it where it is used (`await import(…)`): then it is a chunk of its own.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readServices } from '@headwater/platform';

const root = path.join(import.meta.dirname, '../../..');
const programs = path.join(root, 'dist/programs');
const services = readServices(root).map(({ name }) => name);

/** Nest, Fastify, TypeORM and a Kafka client are 7 MB; connect reads the lake, the console each format. */
const BUDGET_BYTES = 8_300_000;
const BUDGETS: Readonly<Record<string, number>> = { connect: 9_200_000, console: 9_200_000 };

/** A `require` of a bundle that is run when the bundle is: one that waits stands inside of a function. */
const AT_ONCE = /^(?:(?:const|let|var) .+ = )?require\("([^"]+)"\);?$/gm;

const codeOf = (file: string): string => readFileSync(path.join(programs, file), 'utf8');
const requiredBy = (file: string): string[] => [...codeOf(file).matchAll(AT_ONCE)].map(([, name = '']) => name);

/** The files of `dist/programs` that a program loads at once. */
function loadedBy(program: string): string[] {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const name of requiredBy(file)) if (name.startsWith('./')) load(name.slice(2));
  };
  load(`${program}.cjs`);
  return [...loaded];
}

describe('the start of a service', () => {
  it('is that of a bundle, and what the services share is there once', () => {
    for (const name of services) expect(existsSync(path.join(root, 'apps', name, 'dist/main.cjs'))).toBe(true);
    const code = globSync('*.cjs', { cwd: programs }).reduce((bytes, file) => bytes + codeOf(file).length, 0);
    expect(code).toBeLessThan(16_000_000);
  });

  it.each(services)('loads no more of %s than its budget', (name) => {
    const files = loadedBy(name).map((file) => ({ file, bytes: codeOf(file).length }));
    const loadedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const budgetBytes = BUDGETS[name] ?? BUDGET_BYTES;
    const largest = files.sort((one, other) => other.bytes - one.bytes).slice(0, 5);
    const tooMuch = loadedBytes > budgetBytes ? { loadedBytes, budgetBytes, largest } : undefined;
    expect(tooMuch).toBeUndefined();
  });

  it.each(services)('leaves native code of %s until it is used', (name) => {
    const native = new Set(
      loadedBy(name)
        .flatMap(requiredBy)
        .filter((each) => /snappy|lz4-napi|crc32|duckdb/.test(each)),
    );
    expect([...native]).toEqual(name === 'connect' ? ['@duckdb/node-api'] : []);
  });
});
