import { readJson, type GeneratorCallback, type Tree } from '@nx/devkit';
import { GeneratorError } from '../error/index.ts';
import { wordOf } from '../naming/index.ts';
import { type Manifest, type Workspace } from '../workspace/index.ts';
import { generate } from './generate.ts';
import { namesIn } from './service.ts';

export interface ConnectorGeneratorOptions {
  readonly name: string;
  /** `lake`: topics into Parquet files. `capture`: the changes of a table into a topic. */
  readonly kind: 'lake' | 'capture';
  /** Of a lake: with commas between. Of a capture: the one that connect owns. */
  readonly topics: string;
  /** Of a capture: the service whose database it reads. */
  readonly service?: string;
  /** Of a capture: `transactions`. */
  readonly table?: string;
  /** Of a capture: the column that makes the record's key. */
  readonly key?: string;
}

const CONNECT = 'connect';

/** A connector that apps/connect runs. @throws GeneratorError */
export function connectorGenerator(tree: Tree, options: ConnectorGeneratorOptions): Promise<GeneratorCallback> {
  const name = wordOf(options.name, 'the name of a connector').kebab;
  return generate(tree, { what: `Connector ${name}` }, (workspace) => {
    if (!workspace.manifestOf(CONNECT) || !tree.exists('connectors'))
      throw new GeneratorError('Connectors are run by apps/connect, which this workspace does not have.');
    const topics = namesIn(options.topics).map((topic) => workspace.topic(topic).name);
    if (topics.length === 0) throw new GeneratorError('A connector needs a topic: name it with --topics.');
    const file = `connectors/${name}.yaml`;
    if (tree.exists(file)) return;
    tree.write(file, options.kind === 'lake' ? lakeText(name, topics) : captureText(workspace, name, topics, options));
  });
}

const lakeText = (
  name: string,
  topics: readonly string[],
): string => `# Topics into the lake: Parquet files by day, each record once.
name: ${name}
config:
  connector.class: parquet-sink
  tasks.max: 1
  lake.url: \${LAKE_URL}
  topics:
${topics.map((topic) => `    - ${topic}`).join('\n')}
  flush.interval.ms: 5000
`;

function captureText(
  workspace: Workspace,
  name: string,
  topics: readonly string[],
  { service, table, key }: ConnectorGeneratorOptions,
): string {
  if (service === undefined || table === undefined || key === undefined)
    throw new GeneratorError('A capture reads a table: name it with --service, --table and --key.');
  const { owner } = workspace.topic(topics[0]!);
  if (owner !== CONNECT)
    throw new GeneratorError(
      `The topic ${topics[0]} is ${owner}'s; what is captured is written by ${CONNECT}, which must own it.`,
    );
  const { database } = workspace.service(service).section;
  if (database === undefined) throw new GeneratorError(`${service} has no database whose changes could be captured.`);
  const variable = `${service.replaceAll('-', '_').toUpperCase()}_DATABASE_URL`;
  giveDatabase(workspace.tree, variable, database);
  return `# Changes of ${service}'s ${table}, as they are committed.
name: ${name}
config:
  connector.class: postgres-source
  database.url: \${${variable}}
  slot.name: ${name.replaceAll('-', '_')}
  tables:
    public.${table}:
      topic: ${topics[0]}
      key: ${key}
`;
}

/** connect is told where the database is. */
function giveDatabase(tree: Tree, variable: string, database: string): void {
  const file = `apps/${CONNECT}/package.json`;
  const manifest = readJson<Manifest>(tree, file);
  const headwater = {
    ...manifest.headwater,
    foreignDatabases: { ...manifest.headwater?.foreignDatabases, [variable]: database },
  };
  tree.write(file, `${JSON.stringify({ ...manifest, headwater }, undefined, 2)}\n`);
}
