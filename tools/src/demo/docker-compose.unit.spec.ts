/** docker-compose.yml and .env.example say the same as the services of themselves and as the Dockerfile: one list of what the demo is made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  addressVariableOf,
  BROKER,
  bundleOf,
  readServices,
  readSimulator,
  type ServicePart,
} from '@headwater/platform';

const root = join(import.meta.dirname, '../../..');
const services = readServices(root);
const called = services.filter(({ controls }) => controls !== true);
const simulator = readSimulator(root)!;
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly build?: object;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true, maxAliasCount: -1 }) as ComposeFile;
const containers = compose.services;

const container = (name: string): ComposeService => containers[name] ?? { image: '', command: [] };
const variableOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();
const databaseUrl = (name: string): string =>
  `postgres://headwater:\${POSTGRES_PASSWORD:-headwater}@postgres:5432/${name}`;

/** What the launcher would give the part, with the addresses of containers; the console is called by nobody, and told of all. */
function environmentOf(part: ServicePart): Record<string, string | number> {
  const databases = {
    ...part.foreignDatabases,
    ...(part.database === undefined ? {} : { DATABASE_URL: part.database }),
  };
  return {
    ...Object.fromEntries(called.map(({ name, port }) => [addressVariableOf(name), `http://${name}:${port}`])),
    KAFKA_BOOTSTRAP_SERVERS: `broker:${BROKER.port}`,
    SCHEMA_REGISTRY_URL: `http://broker:${BROKER.registryPort}`,
    PORT: part.port,
    ...(part.controls
      ? { SERVICE_ADDRESSES: called.map(({ name, port }) => `${name}=http://${name}:${port}`).join(' ') }
      : {}),
    ...Object.fromEntries(Object.entries(databases).map(([variable, name]) => [variable, databaseUrl(name)])),
    ...Object.fromEntries(
      Object.entries(part.folders ?? {}).map(([variable, folder]) => [variable, `/data/${folder}`]),
    ),
  };
}

describe('docker-compose.yml', () => {
  it('has every part of the demo, and no other', () => {
    const infrastructure = ['postgres', 'databases', BROKER.name, simulator.name];
    expect(Object.keys(containers).sort()).toEqual([...infrastructure, ...services.map(({ name }) => name)].sort());
  });

  it.each(services.map((part) => [part.name, part] as const))('starts %s as the launcher does', (name, part) => {
    const { command, environment, ports } = container(name);
    expect(command).toEqual([bundleOf(part.script)]);
    expect(environment).toMatchObject(environmentOf(part));
    expect(ports).toEqual([`127.0.0.1:\${${variableOf(name)}_PORT:-${part.port}}:${part.port}`]);
    const mounted = (container(name).volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(mounted).toEqual(Object.values(part.folders ?? {}).map((folder) => `/data/${folder}`));
  });

  it('starts broker and simulator as the launcher does', () => {
    expect(container(BROKER.name).command).toEqual([
      BROKER.script,
      '--host=0.0.0.0',
      `--port=${BROKER.port}`,
      `--registry-port=${BROKER.registryPort}`,
      '--data-dir=/data/broker',
      `--config=advertised.listeners=PLAINTEXT://broker:${BROKER.port}`,
    ]);
    expect(container(simulator.name).command.slice(0, 2)).toEqual([bundleOf(simulator.script), ...simulator.args]);
  });

  it('makes every database that a service owns', () => {
    const owned = services.map(({ database }) => database).filter((name) => name !== undefined);
    expect(String(container('databases').environment?.['DATABASES']).split(',')).toEqual(owned);
  });

  it('publishes the services and the console on loopback, and nothing else', () => {
    const published = Object.keys(containers).filter((name) => container(name).ports !== undefined);
    expect(published.sort()).toEqual(services.map(({ name }) => name).sort());
    for (const name of published) expect(container(name).ports?.[0]).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(Object.keys(containers))('gives %s no more rights than it needs, and time to end', (name) => {
    const { read_only, cap_drop, security_opt, stop_grace_period, user, image } = container(name);
    expect({ read_only, cap_drop, security_opt, stop_grace_period }).toEqual({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '30s',
    });
    if (name === 'postgres') expect(user).toBe('postgres');
    else expect(image).toBe('headwater:${HEADWATER_TAG:-dev}');
  });

  it('asks every part that serves whether it is ready, and starts nothing before what it needs is', () => {
    for (const name of [...services.map((part) => part.name), BROKER.name, 'postgres'])
      expect(container(name).healthcheck?.test?.[0]).toBe('CMD');
    for (const { name } of services)
      expect(container(name).depends_on).toEqual({
        broker: { condition: 'service_healthy' },
        databases: { condition: 'service_completed_successfully' },
      });
  });

  it('says nothing that only one generation of Compose reads', () => {
    const keys = Object.keys(parse(text, { maxAliasCount: -1 }) as object).filter((key) => !key.startsWith('x-'));
    expect(keys).toEqual(['services', 'volumes']);
    expect(text).not.toMatch(/\b(start_interval|develop|pull_policy|include|attach|env_file|gpus)\s*:/);
  });
});

describe('.env.example', () => {
  it('documents every variable of docker-compose.yml with the value that it has by itself', () => {
    const documented = new Map(
      [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    // Compose reads it by itself.
    expect(documented.delete('COMPOSE_PROJECT_NAME')).toBe(true);
    const used = new Map(
      [...text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(used));
    expect(text.replaceAll(/\$\{[A-Z_]+:-[^}]*\}/g, '').replaceAll(/^#.*$/gm, '')).not.toContain('${');
  });
});

describe('the Dockerfile', () => {
  it('has a folder that its user may write for every volume', () => {
    const folders = Object.keys(containers).flatMap((name) =>
      (container(name).volumes ?? []).map((volume) => volume.split(':')[1] ?? ''),
    );
    const made = /mkdir -p (.*?) && chown -R node:node \/data/.exec(read('docker/Dockerfile'))?.[1]?.split(' ');
    expect(made?.sort()).toEqual(folders.filter((folder) => folder.startsWith('/data/')).sort());
    expect(read('docker/Dockerfile')).toMatch(/^USER node$/m);
  });
});
