/** Every environment variable of every service, from the configuration classes that its compiled program reads. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeSettings, ServiceConfig, type ConfigClass, type ServiceOptions } from '@headwater/service-kit';
import { code, GENERATED, page, table } from './markdown.ts';
import { foldersOf } from './sources.ts';

/** The services that are compiled. @throws Error naming one that is not */
export async function serviceOptions(root: string): Promise<ServiceOptions[]> {
  const found: ServiceOptions[] = [];
  for (const folder of foldersOf(root, 'apps')) {
    const source = fs.readdirSync(path.join(root, folder, 'src')).find((file) => /^(.+-)?service\.ts$/.test(file));
    if (source === undefined) continue;
    const compiled = path.join(root, folder, 'dist', source.replace(/ts$/, 'js'));
    if (!fs.existsSync(compiled)) throw new Error(`${folder} is not compiled: run \`npm run build\``);
    const exported = Object.values((await import(pathToFileURL(compiled).href)) as Record<string, unknown>);
    found.push(...exported.filter(isServiceOptions));
  }
  return found;
}

const isServiceOptions = (value: unknown): value is ServiceOptions =>
  typeof value === 'object' && value !== null && 'name' in value && 'description' in value;

/** docs/configuration.md */
export function configurationPage(services: readonly ServiceOptions[]): string {
  const uses = Map.groupBy(
    services.flatMap(({ name, configs = [] }) => configs.map((config) => ({ name, config }))),
    ({ config }) => config,
  );
  const shared = [...uses].filter(([, users]) => users.length > 1);
  const own = services.map(({ name, description, configs = [] }) => ({
    name,
    description,
    configs: configs.filter((config) => uses.get(config)?.length === 1),
    others: configs.filter((config) => (uses.get(config)?.length ?? 0) > 1),
  }));
  return page(
    '# Configuration',
    GENERATED,
    'Services are configured by environment variables alone. Each is checked when the service starts: all that is missing or wrong is said in one line, with what it must be, and the process ends with 1. A secret is never shown. `npm start` and docker-compose set what is needed; what is not set has the default.',
    "The broker's own configuration has Kafka's names: [broker-configuration.md](broker-configuration.md). Options of commands are in [commands.md](commands.md).",
    '## Every service',
    settingsTable([ServiceConfig]),
    ...shared.flatMap(([config, users]) => [
      `## ${titleOf(config)}`,
      `Read by ${users.map(({ name }) => name).join(', ')}.`,
      settingsTable([config]),
    ]),
    ...own.flatMap(({ name, description, configs, others }) => [
      `## ${name}`,
      `${description} Besides what every service reads${others.length > 0 ? `: ${others.map(linkTo).join(', ')}` : ''}.`,
      configs.length > 0 ? settingsTable(configs) : 'Nothing else.',
    ]),
  );
}

/** `DatabaseConfig` as `Database`. */
const titleOf = (config: ConfigClass): string => config.name.replace(/Config$/, '');
const linkTo = (config: ConfigClass): string => `[${titleOf(config)}](#${titleOf(config).toLowerCase()})`;

function settingsTable(configs: readonly ConfigClass[]): string {
  const rows = configs.flatMap(({ schema }) =>
    describeSettings(schema).map(({ variable, expects, description, required, default: value, secret }) => [
      code(variable),
      `${expects}${secret ? '; secret' : ''}`,
      required ? '**required**' : code(value ?? ''),
      description,
    ]),
  );
  return table(['variable', 'must be', 'default', 'what it is'], rows);
}
