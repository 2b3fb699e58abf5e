import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** The first example of a library: the program that its README shows, and what it prints. */
export interface FirstExample {
  readonly library: string;
  /** The program's file; the README shows the same text. */
  readonly file: string;
  readonly shownProgram: string;
  readonly shownOutput: string;
}

/** Folders of the libraries, and of the broker; a package that is there for its program or its generators is none. */
export function libraries(): string[] {
  const names = readdirSync(path.join(root, 'libs')).map((name) => `libs/${name}`);
  return ['apps/broker', ...names.filter((folder) => !/"(bin|generators)":/.test(manifestOf(folder)))];
}

function manifestOf(folder: string): string {
  const manifest = path.join(root, folder, 'package.json');
  return existsSync(manifest) ? readFileSync(manifest, 'utf8') : '"bin":';
}

/** Reads a library's README. @throws Error naming what it lacks. */
export function firstExampleOf(library: string): FirstExample {
  const readme = path.join(root, library, 'README.md');
  if (!existsSync(readme)) throw new Error(`${library} has no README.md`);
  const text = readFileSync(readme, 'utf8');
  const blocks = /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(text);
  if (!blocks) throw new Error(`${library}/README.md shows no program (ts) with what it prints (text)`);
  return {
    library,
    file: path.join(root, library, 'examples', 'first.ts'),
    shownProgram: blocks[1]!,
    shownOutput: blocks[2]!,
  };
}
