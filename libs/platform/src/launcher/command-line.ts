import { parseArgs } from 'node:util';
import { DemoError } from './demo-error.ts';
import { type OutsideKafka } from './demo-kafka.ts';
import { POSTGRES_PORT, type ServicePart } from './parts.ts';
import { type PortChoice } from './ports.ts';

/** What the command line asks for. */
export type Command = { readonly kind: 'help' } | { readonly kind: 'start'; readonly options: DemoOptions };

export interface DemoOptions {
  /** Folder of the data, the logs and the addresses. */
  readonly dataDir: string;
  /** Begin without the data of earlier runs. */
  readonly fresh: boolean;
  readonly ports: PortChoice;
  /** The cases whose services are started; all if absent. */
  readonly only?: readonly string[];
  /** Folder of recordings that are replayed as soon as the demo is ready. */
  readonly recordings?: string;
  /** An outside PostgreSQL server instead of the bundled one. */
  readonly databaseUrl?: string;
  /** An outside Kafka instead of the bundled broker. */
  readonly kafka?: OutsideKafka;
  /** Whether people are made up who live, so that the pages do. */
  readonly simulator: boolean;
}

/** What the workspace has; the command line offers nothing that it has not. */
export interface WorkspaceFacts {
  readonly services: readonly ServicePart[];
  readonly cases: readonly string[];
  /** Whether it has people who are made up, and can replay recordings. */
  readonly hasSimulator: boolean;
}

export function helpText({ services, cases, hasSimulator }: WorkspaceFacts): string {
  const [controllers, others] = [true, false].map((controls) =>
    services.filter((service) => (service.controls ?? false) === controls),
  );
  const from = Math.min(...others!.map(({ port }) => port));
  const ports = [
    ...controllers!.map(({ name, port }) => `${name} ${port}`),
    'registry 8081',
    'broker 9092',
    ...(others!.length > 0 ? [`services from ${from}`] : []),
    `PostgreSQL ${POSTGRES_PORT}`,
  ];
  return `The workspace: PostgreSQL, broker, schema registry and every service, started together

Usage: npm start -- [options]

  --fresh           begin without the data of earlier runs
${cases.length > 0 ? `  --only CASE,CASE  start the services of these cases only: ${cases.join(', ')}\n` : ''}${hasSimulator ? SIMULATOR_HELP : ''}\
  --kafka H:P,…     use the Kafka that runs there instead of the bundled broker     (or KAFKA_BOOTSTRAP_SERVERS)
  --dir DIR         folder of data, logs and addresses                    (default .headwater, or HEADWATER_DIR)
  --ports auto      take free ports instead of the fixed ones             (or HEADWATER_PORTS=auto)
  --port-base N     count the ports from N on: N, N+1, …                  (or HEADWATER_PORTS=N)
  --help            print this

Fixed ports: ${ports.join(', ')}.
With --kafka the topics take that cluster's replication, and a registry is started that keeps its schemas there;
SCHEMA_REGISTRY_URL uses one that runs already. Its topics outlive the workspace: --fresh does not delete them.
DATABASE_URL uses an outside PostgreSQL server; its user must be allowed to create databases.
Addresses are written to DIR/endpoints.json, logs to DIR/logs (all.log: of all parts). Ctrl-C stops everything; the data stays.
`;
}

const SIMULATOR_HELP = `\
  --replay          when ready, replay every recording in ../shared/data and compare the result with it
  --recordings DIR  replay those in DIR instead
  --no-simulator    nobody: otherwise a gentle simulator runs, so that the pages live
`;

const PLAIN_OPTIONS = {
  fresh: { type: 'boolean', default: false },
  only: { type: 'string' },
  kafka: { type: 'string' },
  dir: { type: 'string' },
  ports: { type: 'string' },
  'port-base': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const OPTIONS = {
  ...PLAIN_OPTIONS,
  replay: { type: 'boolean', default: false },
  recordings: { type: 'string' },
  simulator: { type: 'boolean', default: true },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the arguments after the script's name and the environment.
 *
 * @throws DemoError
 */
export function parseCommandLine(
  args: readonly string[],
  environment: Environment,
  root: string,
  { cases, hasSimulator }: Pick<WorkspaceFacts, 'cases' | 'hasSimulator'>,
): Command {
  const values = parse(args, hasSimulator);
  if (values.help) return { kind: 'help' };
  const databaseUrl = environment['DATABASE_URL'];
  return {
    kind: 'start',
    options: {
      dataDir: values.dir ?? nonEmpty(environment['HEADWATER_DIR']) ?? `${root}/.headwater`,
      fresh: values.fresh,
      ports: portChoice(values, environment),
      ...(values.only === undefined ? {} : { only: chosenCases(values.only, cases) }),
      ...recordingsOf(values, root),
      ...kafkaOf(values.kafka, environment, values.fresh),
      simulator: hasSimulator && values.simulator,
      ...(nonEmpty(databaseUrl) === undefined ? {} : { databaseUrl: databaseUrlOf(databaseUrl ?? '') }),
    },
  };
}

function parse(args: readonly string[], hasSimulator: boolean) {
  // Those that are left out are refused, and their values absent, which is as good as false.
  const options = hasSimulator ? OPTIONS : (PLAIN_OPTIONS as typeof OPTIONS);
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false, allowNegative: true }).values;
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new DemoError('USAGE', `${(reason.split(/\.\s|\n/)[0] ?? '').replace(/\.$/, '')}; see --help.`, {
      cause: error,
    });
  }
}

function chosenCases(text: string, cases: readonly string[]): readonly string[] {
  return text.split(',').map((name) => {
    const found = cases.find((each) => each === name.trim());
    if (found !== undefined) return found;
    throw new DemoError('USAGE', `--only must name cases (${cases.join(', ')}), not '${name.trim()}'; see --help.`);
  });
}

function recordingsOf(
  { replay, recordings }: { readonly replay: boolean; readonly recordings?: string | undefined },
  root: string,
): Pick<DemoOptions, 'recordings'> {
  if (recordings !== undefined) return { recordings };
  return replay ? { recordings: `${root}/../shared/data` } : {};
}

const SERVER = /^(?:\[[0-9a-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/;

function kafkaOf(flag: string | undefined, environment: Environment, fresh: boolean): Pick<DemoOptions, 'kafka'> {
  const text = flag ?? nonEmpty(environment['KAFKA_BOOTSTRAP_SERVERS']);
  const registryUrl = nonEmpty(environment['SCHEMA_REGISTRY_URL'])?.replace(/\/+$/, '');
  if (text === undefined) {
    if (registryUrl === undefined) return {};
    throw new DemoError('USAGE', 'SCHEMA_REGISTRY_URL goes with --kafka: the bundled broker has its own registry.');
  }
  const bootstrapServers = text.split(',').map((server) => server.trim());
  const source = flag === undefined ? 'KAFKA_BOOTSTRAP_SERVERS' : '--kafka';
  if (!bootstrapServers.every((server) => SERVER.test(server)))
    throw new DemoError(
      'USAGE',
      `${source} must be HOST:PORT, several with commas between, not '${text}'; see --help.`,
    );
  if (registryUrl !== undefined && !(URL.canParse(registryUrl) && /^https?:$/.test(new URL(registryUrl).protocol)))
    throw new DemoError(
      'USAGE',
      `SCHEMA_REGISTRY_URL must be an address such as http://127.0.0.1:8081, not '${registryUrl}'.`,
    );
  if (fresh) {
    const message = `--fresh does not delete topics of a Kafka that is not the demo's: leave it out, or delete them there and start with another --dir.`;
    throw new DemoError('USAGE', message);
  }
  return { kafka: { bootstrapServers, ...(registryUrl === undefined ? {} : { registryUrl }) } };
}

function portChoice(
  values: { readonly ports?: string | undefined; readonly 'port-base'?: string | undefined },
  environment: Environment,
): PortChoice {
  if (values['port-base'] !== undefined) return baseOf('--port-base', values['port-base']);
  const source = values.ports === undefined ? 'HEADWATER_PORTS' : '--ports';
  const text = values.ports ?? nonEmpty(environment['HEADWATER_PORTS']);
  if (text === undefined || text === 'fixed') return { kind: 'fixed' };
  if (text === 'auto') return { kind: 'auto' };
  if (source === '--ports') throw new DemoError('USAGE', `--ports must be auto or fixed, not '${text}'; see --help.`);
  return baseOf(source, text);
}

const LARGEST_BASE = 65_000;

function baseOf(source: string, text: string): PortChoice {
  const base = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(base >= 1 && base <= LARGEST_BASE)) {
    throw new DemoError('USAGE', `${source} must be a port from 1 to ${LARGEST_BASE}, not '${text}'; see --help.`);
  }
  return { kind: 'base', base };
}

function databaseUrlOf(text: string): string {
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new DemoError(
    'USAGE',
    'DATABASE_URL must be an address such as postgres://user:password@127.0.0.1:5432/postgres.',
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
