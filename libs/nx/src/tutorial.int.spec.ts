/**
 * docs/tutorial.md, followed in a workspace like this one, without its services: the generators with their arguments, and the changes of
 * code, are taken out of the page in their order. What it starts and asks is started and asked by the end-to-end suite of generated
 * workspaces.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tree } from '@nx/devkit';
import treeModule from 'nx/src/generators/tree.js';
import { eventGenerator, removeGenerator, serviceGenerator } from './index.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const tutorial = readFileSync(path.join(root, 'docs/tutorial.md'), 'utf8');

type Step = { readonly command: string } | { readonly file: string; readonly hunk: readonly string[] };

/** The blocks of the page that a reader acts on; a hunk is for the file that was named last. */
function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```(sh|diff)\n([\s\S]*?)^```$/gm)].flatMap(({ 1: kind, 2: block = '', index }): Step[] => {
    if (kind === 'sh')
      return block
        .trimEnd()
        .split('\n')
        .map((command) => ({ command }));
    const file = [...page.slice(0, index).matchAll(/`(apps\/[\w/.-]+\.ts)`/g)].at(-1)?.[1] ?? '';
    return [{ file, hunk: block.trimEnd().split('\n') }];
  });
}

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

async function generate(tree: Tree, command: string): Promise<void> {
  const [, , , , , generator = '', ...words] = wordsOf(command);
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { context: text, owns: text, subscribes: text, service: text, rest: flag, projection: flag },
  });
  const [name = ''] = positionals;
  if (generator.endsWith(':service')) await serviceGenerator(tree, { ...values, name });
  else if (generator.endsWith(':event')) await eventGenerator(tree, { name, service: values.service ?? '' });
  else if (generator.endsWith(':remove')) await removeGenerator(tree, { name });
  else throw new Error(`the tutorial uses ${generator}, which this test does not know`);
}

function apply(tree: Tree, file: string, hunk: readonly string[]): void {
  const side = (mark: string): string => {
    const lines = hunk.filter((line) => line === '' || line.startsWith(' ') || line.startsWith(mark));
    return lines.map((line) => line.slice(1)).join('\n');
  };
  const text = tree.read(file, 'utf8') ?? '';
  expect([file, text]).toEqual([file, expect.stringContaining(side('-'))]);
  tree.write(file, text.replace(side('-'), side('+')));
}

/** What generators look at; the sources of the other services would only take time. */
function emptyWorkspace(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'headwater-tutorial-'));
  const files = ['package.json', 'package-lock.json', 'nx.json', 'tsconfig.json', '.prettierrc.json', '.env.example'];
  for (const file of [...files, 'docker-compose.yml', 'libs/contracts/package.json'])
    cpSync(path.join(root, file), path.join(folder, file));
  mkdirSync(path.join(folder, 'schemas'));
  writeFileSync(path.join(folder, 'schemas/topics.yaml'), 'topics: {}\n');
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

describe('the tutorial', () => {
  const workspace = emptyWorkspace();
  const tree: Tree = new treeModule.FsTree(workspace, false);
  afterAll(() => rmSync(workspace, { recursive: true }));
  /** What the page says of files, when the service is there. */
  const named = [...tutorial.matchAll(/^\| `([\w/.-]+)`/gm)].map(([, file]) => file!);
  let unknown: readonly string[] = ['not looked at yet'];

  beforeAll(async () => {
    for (const step of stepsOf(tutorial)) {
      if ('hunk' in step) apply(tree, step.file, step.hunk);
      else if (step.command.includes('@headwater/nx:')) await generate(tree, step.command);
      if (unknown.length > 0) unknown = named.filter((file) => !tree.exists(file));
    }
  }, 120_000);

  it('shows files that are there', () => {
    expect(unknown).toEqual([]);
  });

  it('leaves nothing when it is over', () => {
    const left = tree.listChanges().filter(({ content }) => /order|invoice/i.test(content?.toString() ?? ''));
    expect(left.map((change) => change.path)).toEqual([]);
    expect(tree.exists('apps')).toBe(false);
  });

  it('uses commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const commands = stepsOf(tutorial).flatMap((step) => ('command' in step ? [step.command] : []));
    const names = commands.flatMap((command) => /^npm (?:run )?([\w-]+)/.exec(command)?.[1] ?? []);
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
