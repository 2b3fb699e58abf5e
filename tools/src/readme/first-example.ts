import { readFileSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const libs = path.resolve(import.meta.dirname, '../../../libs');

/** The first example of a library: the program that its README shows, and what it prints. */
export interface FirstExample {
  readonly library: string;
  /** The program's file; the README shows the same text. */
  readonly file: string;
  readonly shownProgram: string;
  readonly shownOutput: string;
}

/** Names of the libraries. */
export function libraries(): string[] {
  return readdirSync(libs).filter((name) => existsSync(path.join(libs, name, 'package.json')));
}

/** Reads a library's README. @throws Error naming what it lacks. */
export function firstExampleOf(library: string): FirstExample {
  const readme = path.join(libs, library, 'README.md');
  if (!existsSync(readme)) throw new Error(`libs/${library} has no README.md`);
  const text = readFileSync(readme, 'utf8');
  const blocks = /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(text);
  if (!blocks) throw new Error(`libs/${library}/README.md shows no program (ts) with what it prints (text)`);
  return {
    library,
    file: path.join(libs, library, 'examples', 'first.ts'),
    shownProgram: blocks[1]!,
    shownOutput: blocks[2]!,
  };
}
