/**
 * The contracts generator reads and writes folders; a generator of Nx must not write but to its tree. So it is given a copy of
 * what it reads, as the tree has it, in a folder of its own, and what it has made there is taken over.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Tree } from '@nx/devkit';
import { runContracts } from '@headwater/contracts-generator';
import { GeneratorError } from '../error/index.ts';

/** What the contracts generator writes, and nothing else does. */
const generated = ['libs/contracts/src/generated', 'docs/asyncapi', 'docs/catalogue.md', 'schemas/history'];
/** What it reads besides. */
const read = ['schemas', 'libs/contracts/package.json', '.prettierrc'];

/** @throws GeneratorError with what the contracts generator refuses, a line for each */
export async function generateContracts(tree: Tree): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'headwater-contracts-'));
  try {
    for (const part of new Set([...read, ...generated, ...servicesOf(tree)])) copy(tree, part, folder);
    const problems: string[] = [];
    const code = await runContracts(folder, [], { log: () => undefined, error: (line) => problems.push(line) });
    if (code !== 0) throw new GeneratorError(problems.join('\n'));
    for (const part of generated) takeOver(tree, part, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function servicesOf(tree: Tree): string[] {
  if (!tree.exists('apps')) return [];
  return tree.children('apps').flatMap((app) => [`apps/${app}/package.json`, `apps/${app}/src`]);
}

function copy(tree: Tree, part: string, folder: string): void {
  for (const file of filesOf(tree, part)) {
    if (part.endsWith('/src') && !file.endsWith('.ts')) continue;
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, tree.read(file)!);
  }
}

function takeOver(tree: Tree, part: string, folder: string): void {
  const made = new Set(filesIn(folder, part));
  for (const file of filesOf(tree, part)) if (!made.has(file)) tree.delete(file);
  for (const file of made) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    if (!tree.exists(file) || tree.read(file, 'utf8') !== text) tree.write(file, text);
  }
}

function filesOf(tree: Tree, part: string): string[] {
  if (!tree.exists(part)) return [];
  if (tree.isFile(part)) return [part];
  return tree.children(part).flatMap((child) => filesOf(tree, `${part}/${child}`));
}

function filesIn(folder: string, part: string): string[] {
  try {
    return readdirSync(path.join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') return [part];
    throw error;
  }
}
