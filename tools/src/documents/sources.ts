/** The project's sources as syntax trees. */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface Source {
  /** From the project's root, with slashes. */
  readonly file: string;
  /** `libs/messaging`, `apps/connect`, `tools`. */
  readonly project: string;
  readonly text: string;
  /** Parsed when it is asked for. */
  readonly tree: ts.SourceFile;
}

/** What runs in production below `apps`, `libs` and `tools`: no specs, no fixtures, no pages. */
export function productionSources(root: string, groups: readonly string[] = ['libs', 'apps', 'tools']): Source[] {
  return groups
    .flatMap((group) => (group === 'tools' ? ['tools'] : foldersOf(root, group)))
    .flatMap((project) =>
      typescriptFiles(path.join(root, project, 'src')).map((below) => {
        const file = path.posix.join(project, 'src', below);
        return sourceOf(file, project, fs.readFileSync(path.join(root, file), 'utf8'));
      }),
    );
}

function sourceOf(file: string, project: string, text: string): Source {
  let tree: ts.SourceFile | undefined;
  return {
    file,
    project,
    text,
    get tree() {
      return (tree ??= parseSource(file, text));
    },
  };
}

export const parseSource = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** Folders of a group of projects, as `libs/messaging`. */
export function foldersOf(root: string, group: string): string[] {
  return fs
    .readdirSync(path.join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && fs.existsSync(path.join(root, group, entry.name, 'package.json')))
    .map(({ name }) => `${group}/${name}`)
    .toSorted();
}

function typescriptFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !/\.(spec|fixture)\.ts$|(^|\/)(fixtures|page)\//.test(file))
    .toSorted();
}

/** Every node below one, in the order of the text. */
export function* nodesBelow(node: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) {
    yield child;
    yield* nodesBelow(child);
  }
}

/** Where a node stands, for an error message. */
export function placeOf(node: ts.Node): string {
  const tree = node.getSourceFile();
  return `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** The text of the doc comment before a node, without its frame; empty when there is none. */
export const commentOf = (node: ts.Node): string => commentAt(node.getSourceFile().text, node.getFullStart());

export function commentAt(text: string, position: number): string {
  const range = ts.getLeadingCommentRanges(text, position)?.findLast(({ pos }) => text.startsWith('/**', pos));
  if (!range) return '';
  return text
    .slice(range.pos + 3, range.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}
