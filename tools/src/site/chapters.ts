/** What the site holds, in the order in which it is read. */
import fs from 'node:fs';
import path from 'node:path';
import { documentFiles } from './links.ts';

export interface Chapter {
  readonly title: string;
  /** Markdown files from the project's root. */
  readonly files: readonly string[];
}

interface ChapterSource {
  readonly title: string;
  /** In this order, before what the folder holds. */
  readonly files?: readonly string[];
  readonly folder?: string;
}

const named: readonly ChapterSource[] = [
  { title: 'Start', files: ['README.md', 'docs/tutorial.md', 'docs/alternatives.md', 'CONTRIBUTING.md'] },
  { title: 'Guides', folder: 'docs/guides' },
  { title: 'Patterns', folder: 'docs/guides/patterns' },
  { title: 'Explanations', folder: 'docs/explanations' },
  { title: 'Architecture', files: ['docs/architecture/README.md', 'docs/house.md'], folder: 'docs/architecture' },
  { title: 'Libraries', folder: 'libs' },
  { title: 'Operating', folder: 'docs/operating', files: ['docs/operating/README.md', 'docs/security.md'] },
  { title: 'Reference', folder: 'docs' },
  { title: 'Decisions', folder: 'docs/adr' },
];

/** Every document of the project, each in one chapter. @throws Error naming a document that no chapter takes. */
export function chaptersOf(root: string): Chapter[] {
  const left = new Set(documentFiles(root));
  const take = (files: readonly string[]): string[] => files.filter((file) => left.delete(file));
  const chapters = named.map((chapter) => ({
    title: chapter.title,
    files: take([...(chapter.files ?? []), ...(chapter.folder === undefined ? [] : filesBelow(chapter.folder, left))]),
  }));
  if (left.size > 0)
    throw new Error(`no chapter of the site holds ${[...left].join(', ')}: see ${import.meta.filename}`);
  return chapters.filter(({ files }) => files.length > 0);
}

function filesBelow(folder: string, left: ReadonlySet<string>): string[] {
  const depth = folder === 'libs' ? 2 : 1;
  const files = [...left].filter(
    (file) => file.startsWith(`${folder}/`) && file.split('/').length === folder.split('/').length + depth,
  );
  return files.toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other));
}

/** A folder's own page comes first. */
const rank = (file: string): number => (path.posix.basename(file) === 'README.md' && !file.startsWith('libs/') ? 0 : 1);

/** Where a document lies on the site. */
export function pageOf(file: string): string {
  if (file === 'README.md') return 'index.html';
  return file
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.html')
    .replace(/\.md$/, '.html');
}

export const readDocument = (root: string, file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
