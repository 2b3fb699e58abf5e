/** Links of the documentation that lead nowhere: to a file that is not there, or to a heading that its file does not have. */
import fs from 'node:fs';
import path from 'node:path';
import { outlineOf } from './document.ts';

export interface BrokenLink {
  /** From the project's root. */
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly reason: string;
}

/** Every Markdown file that is read by people, from the project's root. */
export function documentFiles(root: string): string[] {
  const inDocs = fs
    .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join('docs', file.split(path.sep).join('/')));
  const readmes = fs
    .readdirSync(path.join(root, 'libs'))
    .map((name) => path.posix.join('libs', name, 'README.md'))
    .filter((file) => fs.existsSync(path.join(root, file)));
  const atRoot = ['README.md', 'CONTRIBUTING.md'].filter((file) => fs.existsSync(path.join(root, file)));
  return [...atRoot, ...inDocs.toSorted(), ...readmes];
}

/** Whether a link leaves the project: another site, or mail. */
export const isOutside = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target);

/** A link within the project as a file from its root and an anchor in it. */
export function resolveLink(file: string, target: string): { file: string; anchor: string | undefined } {
  const [before = '', anchor] = target.split('#', 2);
  const to = before === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(before));
  return { file: to.replace(/\/$/, ''), anchor: anchor === undefined ? undefined : decodeURIComponent(anchor) };
}

export function brokenLinks(root: string, files = documentFiles(root)): BrokenLink[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (file: string): ReadonlySet<string> => {
    const known = anchors.get(file);
    if (known) return known;
    const { headings } = outlineOf(fs.readFileSync(path.join(root, file), 'utf8'));
    const found = new Set(headings.map(({ anchor }) => anchor));
    anchors.set(file, found);
    return found;
  };
  const faultOf = (from: string, target: string): string | undefined => {
    const { file, anchor } = resolveLink(from, target);
    if (file.startsWith('..')) return 'it leads out of the project';
    if (!fs.existsSync(path.join(root, file))) return `there is no ${file}`;
    if (anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor)) return undefined;
    return `${file} has no heading #${anchor}`;
  };
  return files.flatMap((file) =>
    outlineOf(fs.readFileSync(path.join(root, file), 'utf8')).links.flatMap(({ target, line }) => {
      const reason = isOutside(target) ? undefined : faultOf(file, target);
      return reason === undefined ? [] : [{ file, line, target, reason }];
    }),
  );
}
