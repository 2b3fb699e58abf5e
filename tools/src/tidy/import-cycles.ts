/** Cycles among source files, by the imports that remain at run time (type-only imports vanish and may point back). */
import path from 'node:path';
import type { SourceText } from './rules.ts';

const importPattern = /^\s*(?:import|export)\s+(?!type\s)(?:[^'"`;]*?\sfrom\s+)?['"](\.{1,2}\/[^'"]+)['"]/gm;

/** Each cycle once, as the list of its files, the first repeated at the end. */
export function importCycles(sources: readonly SourceText[]): string[][] {
  const imports = new Map(sources.map((source) => [source.path, importsOf(source)]));
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[][] = [];

  const walk = (file: string): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      cycles.push([...trail.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    trail.push(file);
    for (const next of imports.get(file) ?? []) if (imports.has(next)) walk(next);
    trail.pop();
    done.add(file);
  };

  for (const source of sources) walk(source.path);
  return cycles;
}

function importsOf({ path: file, text }: SourceText): string[] {
  return [...text.matchAll(importPattern)]
    .filter(([statement]) => !isTypeOnly(statement))
    .map((match) => path.posix.join(path.posix.dirname(file), match[1]!));
}

/** `import { type A, type B } from …`: every name is a type, so nothing is loaded. */
function isTypeOnly(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined || /^\s*import\s+\w/.test(statement)) return false;
  const listed = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return listed.length > 0 && listed.every((name) => name.startsWith('type '));
}
