/** docs/architecture: the C4 pictures, from the whole to the parts. */
import { casesOf, type ServicePart } from '@headwater/platform';
import type { Architecture, Components, Flow } from './architecture.ts';
import { code, GENERATED, page, table } from './markdown.ts';

/** Text by file. */
export function architecturePages(architecture: Architecture): Map<string, string> {
  const { components } = architecture;
  const withRooms = components.filter(({ rooms }) => rooms.length > 0);
  return new Map([
    ['docs/architecture/README.md', overview(architecture)],
    [
      'docs/architecture/services.md',
      componentsPage(
        'Components of the services',
        'Each service by feature: its folders, and which of them uses which. What a folder without an arrow needs comes from the libraries.',
        withRooms.filter(({ project }) => project.startsWith('apps/')),
      ),
    ],
    [
      'docs/architecture/libraries.md',
      componentsPage(
        'Components of the libraries',
        'Each library by room. A room is entered through its `index.ts` alone, whose first sentence is what stands here; a lint rule keeps the directions.',
        withRooms.filter(({ project }) => project.startsWith('libs/')),
      ),
    ],
  ]);
}

function overview({ services, flows }: Architecture): string {
  return page(
    '# Architecture',
    GENERATED,
    'The C4 model, from the whole to its parts: who uses the system (context), which processes it is made of (containers), and what each is made of ([services](services.md), [libraries](libraries.md)). The pictures are drawn from what the launcher, the contracts and the compiler read, so that they cannot say anything else; why it is so is in the [decisions](../adr/README.md).',
    '## Context',
    contextPicture(services),
    '## Containers',
    'What `npm start` runs: each box is a process of its own, and talks to others by topics and REST only. A database has one service that uses it. An arrow names the topics that its target reads.',
    containersPicture(services, flows),
    ...casesOf(services).flatMap((name) => [`### ${caseTitle(services, name)}`, casePicture(services, flows, name)]),
    '## Topics',
    'What each holds is in the [catalogue](../catalogue.md).',
    table(
      ['topic', 'written by', 'read by'],
      flows.map(({ topic, owner, subscribers, compacted }) => [
        `${code(topic)}${compacted ? ', a table' : ''}`,
        owner,
        subscribers.join(', '),
      ]),
    ),
  );
}

/** As the services of a case call it: `MySocialMedia, commands` is MySocialMedia. */
function caseTitle(services: readonly ServicePart[], name: string): string {
  const own = services.find(({ cases }) => cases?.length === 1 && cases[0] === name);
  return own?.about.split(',')[0] ?? `The ${name}`;
}

function contextPicture(services: readonly ServicePart[]): string {
  const cases = casesOf(services).map((name) => [name, caseTitle(services, name)] as const);
  return mermaid('flowchart LR', [
    ...cases.map(([name, title]) => `users_${name}(["${title}: its users"]) -- "REST" --> headwater`),
    'operator(["An operator"]) -- "console, commands" --> headwater',
    'developer(["A developer"]) -- "packages, generators" --> headwater',
    'headwater["Headwater<br>services on a Kafka and a PostgreSQL<br>that come with it, or on yours"]',
    'headwater -. "instead of the bundled broker" .-> kafka["Apache Kafka"]',
    'headwater -. "instead of the bundled one" .-> postgres["PostgreSQL"]',
    'headwater -. "a lake that is not a folder" .-> store["S3-compatible store"]',
    'headwater -. "alerts" .-> mail["mail server, webhooks"]',
    'prometheus["Prometheus"] -. "/metrics" .-> headwater',
  ]);
}

function containersPicture(services: readonly ServicePart[], flows: readonly Flow[]): string {
  const between = Map.groupBy(
    flows.flatMap(({ topic, owner, subscribers }) =>
      subscribers.filter((to) => to !== owner).map((to) => ({ topic, way: `${id(owner)} ${id(to)}` })),
    ),
    ({ way }) => way,
  );
  return mermaid('flowchart LR', [
    ...services.map(serviceNode),
    ...[...between].map(([way, topics]) => {
      const [from, to] = way.split(' ');
      const names = topics.map(({ topic }) => topic);
      const label = names.length > 3 ? `${names.length} topics` : names.join('<br>');
      return `${from} -- "${label}" --> ${to}`;
    }),
    ...services.flatMap(capturePictures),
  ]);
}

function casePicture(services: readonly ServicePart[], flows: readonly Flow[], name: string): string {
  const own = services.filter(({ cases }) => cases?.includes(name));
  const names = new Set(own.map((service) => service.name));
  const touched = flows.filter(
    ({ owner, subscribers }) => names.has(owner) || subscribers.some((one) => names.has(one)),
  );
  // Who reads everything would hide what the case is about.
  const shown = touched.filter(({ owner }) => names.has(owner) && (name !== 'lake' || owner !== 'connect'));
  return mermaid('flowchart LR', [
    `user(["${caseTitle(services, name)}: its users"])`,
    ...own.flatMap((service) => [
      serviceNode(service),
      `user -- "REST" --> ${id(service.name)}`,
      ...(service.database === undefined
        ? []
        : [`${id(service.name)} --- db_${service.database}[("${service.database}")]`]),
      ...capturePictures(service),
    ]),
    ...shown.flatMap(({ topic, owner, subscribers, compacted }) => [
      `topic_${topic}[["${topic}${compacted ? '<br>table' : ''}"]]`,
      `${id(owner)} --> topic_${topic}`,
      ...subscribers.filter((one) => names.has(one)).map((one) => `topic_${topic} --> ${id(one)}`),
    ]),
  ]);
}

/** The databases of others whose write-ahead log a service reads. */
const capturePictures = ({ name, foreignDatabases }: ServicePart): string[] =>
  Object.values(foreignDatabases ?? {}).map(
    (database) => `db_${database}[("${database}")] -. "write-ahead log" .-> ${id(name)}`,
  );

const serviceNode = ({ name, about }: ServicePart): string =>
  `${id(name)}["${name}<br>${about.replace(/; API at \/docs$/, '').replaceAll('"', '')}"]`;

function componentsPage(title: string, about: string, all: readonly Components[]): string {
  return page(`# ${title}`, GENERATED, about, ...all.flatMap(componentsSection));
}

function componentsSection({ project, rooms, imports, standsOn }: Components): string[] {
  const described = rooms.filter(({ about }) => about !== '');
  return [
    `## ${project.replace(/^\w+\//, '')}`,
    standsOn.length > 0
      ? `[${project}](../../${project}), on ${standsOn.map(code).join(', ')}.`
      : `[${project}](../../${project}).`,
    mermaid('flowchart LR', [
      ...rooms.map(({ name }) => `${id(name)}["${name}"]`),
      ...imports.map(([from, to]) => `${id(from)} --> ${id(to)}`),
    ]),
    described.length > 0
      ? table(
          ['room', 'what it is'],
          described.map(({ name, about }) => [code(name), about]),
        )
      : '',
  ];
}

/** Mermaid takes words such as `end` for its own. */
const id = (name: string): string => `n_${name.replaceAll('-', '_')}`;

const mermaid = (kind: string, lines: readonly string[]): string =>
  `\`\`\`mermaid\n${kind}\n${lines.map((line) => `  ${line}`).join('\n')}\n\`\`\``;
