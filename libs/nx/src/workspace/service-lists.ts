/**
 * The files of a workspace that name every service, each if it is there: references of tsconfig.json, the lockfile's workspaces,
 * docker-compose.yml and .env.example. Adding and removing a service are each other's reverse, to the byte.
 */
import { type Tree } from '@nx/devkit';
import { type Manifest, type ServiceFacts, type ServiceSection } from './workspace.ts';

interface Listed {
  readonly file: string;
  readonly add: (text: string, service: ServiceFacts) => string;
  readonly remove: (text: string, service: ServiceFacts) => string;
  /** The service as it is now at the place where it stands. */
  readonly replace?: (text: string, before: ServiceFacts, now: ServiceFacts) => string;
}

const variableOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/**
 * Brings the lists to what a service is now.
 *
 * @param before what it was; undefined when there was none
 * @param now what it is; undefined when it is gone
 */
export function updateLists(tree: Tree, before: ServiceFacts | undefined, now: ServiceFacts | undefined): void {
  for (const { file, add, remove, replace } of lists)
    change(tree, file, (text) => {
      const known = before ?? now;
      if (known === undefined) return text;
      const isListed = remove(text, known) !== text;
      if (now === undefined) return remove(text, known);
      if (!isListed) return add(text, now);
      return before && replace ? replace(text, before, now) : text;
    });
}

function change(tree: Tree, file: string, edit: (text: string) => string): void {
  const text = tree.exists(file) ? tree.read(file, 'utf8')! : undefined;
  if (text === undefined) return;
  const edited = edit(text);
  if (edited !== text) tree.write(file, edited);
}

/** A line, or lines, before the one that ends a part of the file; without that line the file is left alone. */
const addBefore = (text: string, end: string, lines: string): string => text.replace(end, () => `${lines}${end}`);
const cut = (text: string, lines: string): string => text.replace(lines, () => '');

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

interface References {
  references?: readonly { readonly path: string }[];
}

interface Lockfile {
  packages: Record<string, unknown>;
}

const lists: readonly Listed[] = [
  {
    file: 'tsconfig.json',
    add: (text, { name }) => {
      const config = JSON.parse(text) as References;
      return json({ ...config, references: [...(config.references ?? []), { path: `./apps/${name}` }] });
    },
    remove: (text, { name }) => {
      const config = JSON.parse(text) as References;
      const left = (config.references ?? []).filter(({ path }) => path !== `./apps/${name}`);
      return left.length === config.references?.length ? text : json({ ...config, references: left });
    },
  },
  {
    file: 'package-lock.json',
    add: (text, { name, manifest }) => {
      const lock = JSON.parse(text) as Lockfile;
      const packages = {
        ...lock.packages,
        [`apps/${name}`]: lockedWorkspace(manifest),
        [`node_modules/${manifest.name}`]: { resolved: `apps/${name}`, link: true },
      };
      return json({ ...lock, packages: inOrder(packages) });
    },
    remove: (text, { name, manifest }) => {
      const lock = JSON.parse(text) as Lockfile;
      const { [`apps/${name}`]: workspace, [`node_modules/${manifest.name}`]: _, ...packages } = lock.packages;
      return workspace === undefined ? text : json({ ...lock, packages });
    },
    replace: (text, _, { name, manifest }) => {
      const lock = JSON.parse(text) as Lockfile;
      return json({ ...lock, packages: { ...lock.packages, [`apps/${name}`]: lockedWorkspace(manifest) } });
    },
  },
  {
    file: 'docker-compose.yml',
    add: (text, { name, section }) =>
      [
        ['  # End of the addresses\n', addressLine(name, section)],
        ['  # End of the services\n', `${containerLines(name, section)}\n`],
      ].reduce(
        (before, [end = '', lines = '']) => addBefore(before, end, lines),
        withDatabase(withConsoleAddress(text, name, section), section.database),
      ),
    remove: (text, { name, section }) =>
      [addressLine(name, section), `${containerLines(name, section)}\n`, consoleLine(name, section)].reduce(
        cut,
        withoutDatabase(text, section.database),
      ),
    replace: (text, before, { name, section }) => {
      const replaced = text.replace(containerLines(name, before.section), () => containerLines(name, section));
      if (section.database === before.section.database) return replaced;
      return withDatabase(withoutDatabase(replaced, before.section.database), section.database);
    },
  },
  {
    file: '.env.example',
    add: (text, { name, section }) => `${text}${portLine(name, section)}`,
    remove: (text, { name, section }) => cut(text, portLine(name, section)),
  },
];

function lockedWorkspace({ name, version, license, dependencies }: Manifest): object {
  return { name, version, ...(license === undefined ? {} : { license }), dependencies };
}

/** As npm writes them: the root, then by name. */
function inOrder(packages: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(packages).sort(([one], [other]) => one.localeCompare(other, 'en')));
}

const portLine = (name: string, { port }: ServiceSection): string => `${variableOf(name)}_PORT=${port}\n`;
const addressLine = (name: string, { port }: ServiceSection): string =>
  `  ${variableOf(name)}_URL: http://${name}:${port}\n`;
const consoleLine = (name: string, { port }: ServiceSection): string => `        ${name}=http://${name}:${port}\n`;

/** The console is told of services in the lines that follow on `SERVICE_ADDRESSES: >-`. */
function withConsoleAddress(text: string, name: string, section: ServiceSection): string {
  return text.replace(/(SERVICE_ADDRESSES: >-\n(?: {8}.*\n)*)/, (lines) => `${lines}${consoleLine(name, section)}`);
}

const databases = /^( +DATABASES: )(.*)$/m;

function withDatabase(text: string, database: string | undefined): string {
  return database === undefined ? text : text.replace(databases, (line) => `${line},${database}`);
}

function withoutDatabase(text: string, database: string | undefined): string {
  return text.replace(
    databases,
    (_, begin: string, names: string) =>
      `${begin}${names
        .split(',')
        .filter((name) => name !== database)
        .join(',')}`,
  );
}

function containerLines(name: string, { port, database, foreignDatabases, folders }: ServiceSection): string {
  const databaseUrl = (of: string): string =>
    `postgres://headwater:\${POSTGRES_PASSWORD:-headwater}@postgres:5432/${of}`;
  const databases = { ...foreignDatabases, ...(database === undefined ? {} : { DATABASE_URL: database }) };
  const mounted = Object.values(folders ?? {}).map((folder) => `'${folder}-data:/data/${folder}'`);
  return [
    `  ${name}:`,
    '    <<: *service',
    `    command: [apps/${name}/dist/main.cjs]`,
    '    environment:',
    '      <<: *environment',
    `      PORT: ${port}`,
    ...Object.entries(databases).map(([variable, of]) => `      ${variable}: ${databaseUrl(of)}`),
    ...Object.entries(folders ?? {}).map(([variable, folder]) => `      ${variable}: /data/${folder}`),
    ...(mounted.length === 0 ? [] : [`    volumes: [${mounted.join(', ')}]`]),
    `    ports: ['127.0.0.1:\${${variableOf(name)}_PORT:-${port}}:${port}']`,
    '',
  ].join('\n');
}
