import { readJson, type Tree } from '@nx/devkit';
import { parse } from 'yaml';
import { GeneratorError } from '../error/index.ts';

/** A service, as its package.json tells. */
export interface ServiceFacts {
  readonly name: string;
  readonly section: ServiceSection;
  readonly manifest: Manifest;
}

/** The section `headwater` of a service's package.json. */
export interface ServiceSection {
  readonly port: number;
  readonly about: string;
  readonly cases?: readonly string[];
  readonly database?: string;
  readonly foreignDatabases?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, string>>;
  readonly controls?: boolean;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly headwater?: ServiceSection;
}

/** A topic, as schemas/topics.yaml tells. */
export interface TopicFacts {
  readonly name: string;
  readonly key: string;
  readonly owner: string;
  readonly subscribers: readonly string[];
  readonly events: readonly string[];
  /** Whether the newest record of a key is its state, and a tombstone deletes it. */
  readonly compacted: boolean;
}

/** A topic as the file has it, whatever is missing. */
type TopicEntry = Partial<Omit<TopicFacts, 'name' | 'compacted'>> & { readonly cleanupPolicy?: string };

const FIRST_PORT = 3001;
const topicsFile = 'schemas/topics.yaml';

/** What the workspace on a tree is, read anew at each question. */
export class Workspace {
  constructor(readonly tree: Tree) {
    if (!tree.exists(topicsFile) || !tree.exists('libs/contracts/package.json'))
      throw new GeneratorError(
        'This is no workspace of Headwater: schemas/topics.yaml and libs/contracts are missing. `npm create headwater` makes one.',
      );
  }

  /** The package that generated code takes contracts from. */
  get contracts(): string {
    return readJson<Manifest>(this.tree, 'libs/contracts/package.json').name;
  }

  /** `@my-platform/` of the contracts, for new packages; empty when they have none. */
  get scope(): string {
    return /^@[^/]+\//.exec(this.contracts)?.[0] ?? '';
  }

  /** What full names of events begin with; the workspace's own name where there are no events yet. */
  get namespace(): string {
    const first = this.topics()[0]?.events[0]?.split('.')[0];
    return first ?? (this.scope.replaceAll(/[^a-z0-9]/g, '') || 'events');
  }

  services(): ServiceFacts[] {
    if (!this.tree.exists('apps')) return [];
    return this.tree.children('apps').flatMap((name) => {
      const manifest = this.manifestOf(name);
      const section = manifest?.headwater;
      return manifest && section && 'port' in section ? [{ name, section, manifest }] : [];
    });
  }

  /** @throws GeneratorError naming the services that there are */
  service(name: string): ServiceFacts {
    const services = this.services();
    const found = services.find((service) => service.name === name);
    if (found) return found;
    throw new GeneratorError(
      `There is no service '${name}' in apps/: there are ${services.map((service) => service.name).join(', ') || 'none'}.`,
    );
  }

  manifestOf(app: string): Manifest | undefined {
    const file = `apps/${app}/package.json`;
    return this.tree.exists(file) ? readJson<Manifest>(this.tree, file) : undefined;
  }

  topics(): TopicFacts[] {
    const text = this.tree.read(topicsFile, 'utf8') ?? '';
    const { topics } = parse(text) as { topics: Record<string, TopicEntry | null> | null };
    return Object.entries(topics ?? {}).map(([name, entry]) => ({
      name,
      key: entry?.key ?? '',
      owner: entry?.owner ?? '',
      subscribers: entry?.subscribers ?? [],
      events: entry?.events ?? [],
      compacted: entry?.cleanupPolicy?.includes('compact') ?? false,
    }));
  }

  /** @throws GeneratorError naming the topics that there are */
  topic(name: string): TopicFacts {
    const topics = this.topics();
    const found = topics.find((topic) => topic.name === name);
    if (found) return found;
    throw new GeneratorError(
      `There is no topic '${name}' in ${topicsFile}: there are ${topics.map((topic) => topic.name).join(', ') || 'none'}.`,
    );
  }

  /** The first port from 3001 on that no service has. */
  nextPort(): number {
    const taken = new Set(this.services().map(({ section }) => section.port));
    let port = FIRST_PORT;
    while (taken.has(port)) port += 1;
    return port;
  }

  /** The installed version of a package, exactly. @throws GeneratorError when it is not installed */
  versionOf(dependency: string): string {
    const file = `node_modules/${dependency}/package.json`;
    if (this.tree.exists(file)) return readJson<Manifest>(this.tree, file).version;
    throw new GeneratorError(`The package ${dependency} is not installed: add it to package.json and run npm install.`);
  }
}
