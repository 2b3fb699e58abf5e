/**
 * What a workspace is made of. Each service says it itself: the section `headwater` of `apps/<name>/package.json`. PostgreSQL is the
 * launcher's own (it has no entry), everything else is a Node process with a ready line on stdout.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DemoError } from './demo-error.ts';

/** What a service says about itself in its package.json. */
export interface ServiceSection {
  readonly port: number;
  /** What a visitor finds there. */
  readonly about: string;
  /** The cases that it serves; it is started with every case if absent. */
  readonly cases?: readonly string[];
  /** Database that the service owns; none if absent. */
  readonly database?: string;
  /** Databases of others that it is given, by the variable that names them: what a capture reads. */
  readonly foreignDatabases?: Readonly<Record<string, string>>;
  /** Folders under the data folder that it is given, by the variable that names them. `--fresh` empties them. */
  readonly folders?: Readonly<Record<string, string>>;
  /** It is given the launcher's control door, and the addresses of all services. */
  readonly controls?: boolean;
}

/** A service that listens on HTTP, prints `ready <name>=http://…` and reads its settings from the environment. */
export interface ServicePart extends ServiceSection {
  /** Name of its folder, in the table, in endpoints.json, of the log file and of the service itself. */
  readonly name: string;
  /** Compiled entry, from the workspace's root. */
  readonly script: string;
}

/** The bundled broker with the schema registry. */
export interface BrokerPart {
  readonly name: 'broker';
  readonly about: string;
  readonly script: string;
  readonly port: number;
  readonly registryPort: number;
}

/** A gentle load of each case, beside the services. */
export interface SimulatorPart {
  readonly name: 'simulator';
  readonly script: string;
  readonly args: readonly string[];
  /** The cases that it has people for. */
  readonly cases: readonly string[];
}

/** Below the ports that systems give to outgoing connections, so that none of those takes it while the server restarts. */
export const POSTGRES_PORT = 25_432;

export const BROKER: BrokerPart = {
  name: 'broker',
  about: 'Kafka protocol',
  script: 'apps/broker/dist/broker.cjs',
  port: 9092,
  registryPort: 8081,
};

/** The broker's program, wherever npm has put the package: in this workspace apps/broker, elsewhere node_modules. */
export const brokerProgram = (): string => fileURLToPath(import.meta.resolve('@headwater/broker/program'));

/**
 * The services of a workspace: who controls them first, then in order of their ports.
 *
 * @throws DemoError naming the file whose section is wrong, or the port that two services want
 */
export function readServices(root: string): readonly ServicePart[] {
  const parts = appNames(root).flatMap((name): ServicePart[] => {
    const section = sectionOf(root, name);
    if (section?.['port'] === undefined) return [];
    assertSection(name, section);
    return [{ name, script: scriptOf(name), ...section }];
  });
  for (const part of parts) {
    const twin = parts.find((other) => other !== part && other.port === part.port);
    if (twin) throw wrong(part.name, `port ${part.port} is also ${twin.name}'s; give one of them another`);
  }
  return parts.sort(
    (one, other) => Number(other.controls ?? false) - Number(one.controls ?? false) || one.port - other.port,
  );
}

/** The workspace's simulator, if it has one: `"headwater": { "simulates": ["social", …] }`. */
export function readSimulator(root: string): SimulatorPart | undefined {
  const name = 'simulator';
  const section = existsSync(join(root, 'apps', name, 'package.json')) ? sectionOf(root, name) : undefined;
  const cases = section?.['simulates'];
  return isTexts(cases) ? { name, script: scriptOf(name), args: ['demo'], cases } : undefined;
}

/** The cases of some services, each once, in their order. */
export function casesOf(services: readonly ServicePart[]): readonly string[] {
  return [...new Set(services.flatMap(({ cases }) => cases ?? []))];
}

/** The services of some cases, or all. */
export function servicesOf(services: readonly ServicePart[], cases?: readonly string[]): readonly ServicePart[] {
  return services.filter((part) => cases === undefined || part.cases?.some((each) => cases.includes(each)) !== false);
}

/** The variable by which parts of the demo know a service's address: `SOCIAL_FEED_URL`. */
export const addressVariableOf = (name: string): string => `${name.replaceAll('-', '_').toUpperCase()}_URL`;

const scriptOf = (name: string): string => `apps/${name}/dist/main.js`;

/** The cluster that the build makes ahead (`tools/launch/spare-cluster.js`). */
export function spareClusterOf(root: string): string {
  return join(root, '.headwater', 'postgres.spare');
}

/** What of a compiled program is started: its bundle beside it, where the workspace makes one. */
export const bundleOf = (script: string): string => script.replace(/\.js$/, '.cjs');

function appNames(root: string): string[] {
  const apps = join(root, 'apps');
  if (!existsSync(apps)) return [];
  return readdirSync(apps).filter((name) => existsSync(join(apps, name, 'package.json')));
}

function sectionOf(root: string, name: string): Readonly<Record<string, unknown>> | undefined {
  const manifest = JSON.parse(readFileSync(join(root, 'apps', name, 'package.json'), 'utf8')) as {
    readonly headwater?: Readonly<Record<string, unknown>>;
  };
  return manifest.headwater;
}

function assertSection(name: string, section: object): asserts section is ServiceSection {
  const { port, about, cases, database, foreignDatabases, folders } = section as Partial<
    Record<keyof ServiceSection, unknown>
  >;
  if (!(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536))
    throw wrong(name, 'port must be a port from 1 to 65535');
  if (typeof about !== 'string') throw wrong(name, 'about must say in a few words what is there');
  if (cases !== undefined && !isTexts(cases)) throw wrong(name, 'cases must be a list of names');
  if (database !== undefined && !(typeof database === 'string' && /^[a-z][a-z0-9_]*$/.test(database)))
    throw wrong(name, 'database must be a name of lower-case letters, digits and _');
  for (const [field, value] of Object.entries({ foreignDatabases, folders }))
    if (value !== undefined && (typeof value !== 'object' || value === null || !isTexts(Object.values(value))))
      throw wrong(name, `${field} must be names by the variables that name them`);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function wrong(name: string, problem: string): DemoError {
  return new DemoError('WORKSPACE', `apps/${name}/package.json, headwater: ${problem}.`);
}
