/**
 * Finds topic names and event types written by hand in the sources of apps/ and libs/, where the generated contract belongs.
 *
 * A full event name and a topic name of several words are found wherever they are quoted. A topic of one word (`posts`) is also
 * a path, a table and a noun, so it is found only where a topic stands: after `topic`, `topics`, `EventPattern` and the like. What
 * `createTopic` makes by hand is no topic of the contracts, whatever it is called.
 * The broker and the registry know no contracts and are not looked at; nor are specs, which invent topics or pin a name from outside.
 */
import fs from 'node:fs';
import path from 'node:path';

export interface HandWrittenName {
  file: string;
  line: number;
  name: string;
}

export interface ContractNames {
  topics: readonly string[];
  events: readonly string[];
}

const withoutContracts = new Set(['type:broker', 'type:registry', 'type:broker-app', 'type:testkit']);

/** Prose may name a topic. */
const commentLine = /^\s*(\/\*|\*|\/\/)/;

const escapeOf = (text: string): string => text.replaceAll('.', '\\.');

function patternsOf(names: ContractNames): { name: string; pattern: RegExp }[] {
  return [
    ...names.events.map((name) => ({ name, pattern: new RegExp(`(['"\`])${escapeOf(name)}\\1`) })),
    ...names.topics.map((name) => ({
      name,
      pattern: name.includes('_')
        ? new RegExp(`(['"\`])${name}\\1`)
        : new RegExp(
            `(?:\\b(?!createTopic\\b)\\w*[tT]opics?\\b\\s*[:=(]+\\s*\\[?\\s*|[tT]opic\\b[^'"\`]*[!=]==?\\s*|EventPattern\\(\\s*)(['"\`])${name}\\1`,
          ),
    })),
  ];
}

/** Every hand-written name in one source text. */
export function findNamesInSource(file: string, source: string, names: ContractNames): HandWrittenName[] {
  const patterns = patternsOf(names);
  return source
    .split('\n')
    .flatMap((text, index) =>
      commentLine.test(text)
        ? []
        : patterns.filter(({ pattern }) => pattern.test(text)).map(({ name }) => ({ file, line: index + 1, name })),
    );
}

function looksAt(folder: string): boolean {
  const manifest = path.join(folder, 'package.json');
  if (!fs.existsSync(manifest)) return false;
  const { nx } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as { nx?: { tags?: string[] } };
  return !(nx?.tags ?? []).some((tag) => withoutContracts.has(tag));
}

/** Every hand-written name below `root`/apps and `root`/libs. */
export function findHandWrittenNames(root: string, names: ContractNames): HandWrittenName[] {
  const projects = ['apps', 'libs'].flatMap((group) =>
    fs.existsSync(path.join(root, group))
      ? fs.readdirSync(path.join(root, group)).map((name) => path.join(group, name))
      : [],
  );
  return projects
    .filter((project) => looksAt(path.join(root, project)) && fs.existsSync(path.join(root, project, 'src')))
    .flatMap((project) =>
      fs
        .readdirSync(path.join(root, project, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.gen.ts') && !name.includes('node_modules'))
        .filter((name) => !name.endsWith('.spec.ts'))
        .map((name) => path.posix.join(project, 'src', name)),
    )
    .sort()
    .flatMap((file) => findNamesInSource(file, fs.readFileSync(path.join(root, file), 'utf8'), names));
}
