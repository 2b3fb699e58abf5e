/**
 * What the pictures of the architecture are drawn from: the services with their cases, databases and ports (`headwater` in their
 * package.json), the topics between them (schemas/topics.yaml), and the rooms of each project with the imports between them.
 */
import path from 'node:path';
import { readEventSchemas, readTopics } from '@headwater/contracts-generator';
import { readServices, type ServicePart } from '@headwater/platform';
import type { Source } from './sources.ts';

export interface Flow {
  readonly topic: string;
  readonly owner: string;
  readonly subscribers: readonly string[];
  readonly compacted: boolean;
}

export interface Room {
  readonly name: string;
  /** The first sentence of its `index.ts`, if it has one. */
  readonly about: string;
}

/** A project's rooms, which are the folders below its `src`. */
export interface Components {
  readonly project: string;
  readonly rooms: readonly Room[];
  /** Who imports from whom. */
  readonly imports: readonly (readonly [from: string, to: string])[];
  /** Other projects that it imports, by their package's name. */
  readonly standsOn: readonly string[];
}

export interface Architecture {
  readonly services: readonly ServicePart[];
  readonly flows: readonly Flow[];
  readonly components: readonly Components[];
}

export function readArchitecture(root: string, sources: readonly Source[]): Architecture {
  const topics = readTopics(root, readEventSchemas(root));
  return {
    services: readServices(root),
    flows: topics.map(({ name, owner, subscribers, compacted }) => ({ topic: name, owner, subscribers, compacted })),
    components: [...Map.groupBy(sources, ({ project }) => project)].map(([project, own]) => componentsOf(project, own)),
  };
}

function componentsOf(project: string, sources: readonly Source[]): Components {
  const rooms = new Set<string>();
  const imports = new Set<string>();
  const standsOn = new Set<string>();
  for (const { file, text } of sources) {
    const from = roomOf(project, file);
    if (from !== undefined) rooms.add(from);
    for (const specifier of specifiersIn(text)) {
      if (specifier.startsWith('@headwater/')) standsOn.add(specifier.split('/').slice(0, 2).join('/'));
      const to = specifier.startsWith('.')
        ? roomOf(project, path.posix.join(path.posix.dirname(file), specifier))
        : undefined;
      if (from !== undefined && to !== undefined && to !== from) imports.add(`${from} ${to}`);
    }
  }
  return {
    project,
    rooms: [...rooms].toSorted().map((name) => ({ name, about: aboutOf(sources, `${project}/src/${name}/index.ts`) })),
    imports: [...imports].toSorted().map((pair) => pair.split(' ') as [string, string]),
    standsOn: [...standsOn].toSorted(),
  };
}

function roomOf(project: string, file: string): string | undefined {
  const parts = path.posix.relative(`${project}/src`, file).split('/');
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
}

const specifiersIn = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export|\}).*? from '([^']+)'/gm)].map(([, specifier]) => specifier!);

/** What the header of a room's door says first: a title that is followed by more is taken with it. */
function aboutOf(sources: readonly Source[], door: string): string {
  const text = sources.find(({ file }) => file === door)?.text ?? '';
  const header = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  const paragraph =
    header
      .replace(/^\s*\* ?/gm, '')
      .trim()
      .split('\n\n')[0] ?? '';
  const words = paragraph.replace(/\s+/g, ' ');
  return /^.*?\.(?=\s|$)/.exec(words)?.[0] ?? words;
}
