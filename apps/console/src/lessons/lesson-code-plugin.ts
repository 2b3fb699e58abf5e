/** For Vite: `virtual:lesson-code` is the code that the lessons show, out of the sources as they are when the page is built. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { excerptOf } from './code-excerpt.ts';
import { codeReferences } from './code-references.ts';

const NAME = 'virtual:lesson-code';
const ID = `\0${NAME}`;

export interface LessonCodePlugin {
  readonly name: string;
  resolveId(source: string): string | undefined;
  load(id: string): string | undefined;
}

/** @param root the project's folder */
export function lessonCode(root: string): LessonCodePlugin {
  return {
    name: 'headwater:lesson-code',
    resolveId: (source) => (source === NAME ? ID : undefined),
    load(id) {
      if (id !== ID) return undefined;
      const excerpts = Object.entries(codeReferences).map(([lesson, references]) => [
        lesson,
        references.map((reference) => excerptOf(reference, readFileSync(path.join(root, reference.file), 'utf8'))),
      ]);
      return `export const code = ${JSON.stringify(Object.fromEntries(excerpts))};`;
    },
  };
}
