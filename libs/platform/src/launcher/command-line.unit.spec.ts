import { describe, expect, it } from '@jest/globals';
import { helpText, parseCommandLine } from './command-line.ts';

const cases = ['social', 'mybank', 'lake'];
const parse = (args: string[], environment: Record<string, string> = {}) =>
  parseCommandLine(args, environment, '/clone', { cases, hasSimulator: true });
const workspace = { services: [], cases, hasSimulator: true };

describe("the demo's command line", () => {
  it('takes the fixed ports and the data of the clone by default', () => {
    expect(parse([])).toEqual({
      kind: 'start',
      options: { dataDir: '/clone/.headwater', fresh: false, ports: { kind: 'fixed' }, simulator: true },
    });
  });

  it('takes its flags, which win over the environment', () => {
    const environment = { HEADWATER_DIR: '/env', HEADWATER_PORTS: '7000', DATABASE_URL: 'postgres://u:p@h/d' };
    expect(parse(['--fresh'], environment)).toMatchObject({
      options: { dataDir: '/env', fresh: true, ports: { kind: 'base', base: 7000 }, databaseUrl: 'postgres://u:p@h/d' },
    });
    expect(parse(['--dir', '/flag', '--ports', 'auto'], environment)).toMatchObject({
      options: { dataDir: '/flag', ports: { kind: 'auto' } },
    });
    expect(parse(['--port-base', '20000'], environment)).toMatchObject({
      options: { ports: { kind: 'base', base: 20_000 } },
    });
  });

  it('starts some cases only where asked', () => {
    expect(parse(['--only', 'social, lake'])).toMatchObject({ options: { only: ['social', 'lake'] } });
    expect(() => parse(['--only', 'bank'])).toThrow(
      "--only must name cases (social, mybank, lake), not 'bank'; see --help.",
    );
    expect(helpText(workspace)).toContain('these cases only: social, mybank, lake');
  });

  it('replays recordings where asked', () => {
    expect(parse(['--replay'])).toMatchObject({ options: { recordings: '/clone/../shared/data' } });
    expect(parse(['--recordings', 'mine'])).toMatchObject({ options: { recordings: 'mine' } });
  });

  it('leaves the simulator out where asked', () => {
    expect(parse(['--no-simulator'])).toMatchObject({ options: { simulator: false } });
  });

  it('takes a Kafka that runs elsewhere, with its registry or without', () => {
    const servers = ['a.example:9092', '127.0.0.1:9093'];
    expect(parse(['--kafka', 'a.example:9092, 127.0.0.1:9093'])).toMatchObject({
      options: { kafka: { bootstrapServers: servers } },
    });
    const environment = { KAFKA_BOOTSTRAP_SERVERS: servers.join(','), SCHEMA_REGISTRY_URL: 'http://r:8081/' };
    expect(parse([], environment)).toMatchObject({
      options: { kafka: { bootstrapServers: servers, registryUrl: 'http://r:8081' } },
    });
  });

  it('documents every flag and variable', () => {
    expect(parse(['--help'])).toEqual({ kind: 'help' });
    for (const word of [
      '--fresh',
      '--replay',
      '--only',
      '--recordings',
      '--dir',
      '--ports',
      '--port-base',
      'HEADWATER_DIR',
      'HEADWATER_PORTS',
      'DATABASE_URL',
      '--no-simulator',
      '--kafka',
      'KAFKA_BOOTSTRAP_SERVERS',
      'SCHEMA_REGISTRY_URL',
    ]) {
      expect(helpText(workspace)).toContain(word);
    }
  });

  it('offers nothing that the workspace has not', () => {
    const plain = { services: [], cases: [], hasSimulator: false };
    const help = helpText(plain);
    for (const word of ['simulator', 'replay', 'recordings', '--only', 'console', 'demo'])
      expect(help).not.toContain(word);
    expect(help).toContain('Fixed ports: registry 8081, broker 9092, PostgreSQL 25432.');
    expect(() => parseCommandLine(['--replay'], {}, '/clone', plain)).toThrow(/^Unknown option '--replay'; see --help/);
    expect(parseCommandLine([], {}, '/clone', plain)).toMatchObject({ options: { simulator: false, fresh: false } });
  });

  it.each<[string[], Record<string, string>, string]>([
    [['--frehs'], {}, "Unknown option '--frehs'; see --help."],
    [['now'], {}, "Unexpected argument 'now'"],
    [['--ports', 'some'], {}, "--ports must be auto or fixed, not 'some'; see --help."],
    [['--port-base', '0'], {}, "--port-base must be a port from 1 to 65000, not '0'; see --help."],
    [[], { HEADWATER_PORTS: 'x' }, "HEADWATER_PORTS must be a port from 1 to 65000, not 'x'; see --help."],
    [['--kafka', 'a:1,b'], {}, "--kafka must be HOST:PORT, several with commas between, not 'a:1,b'; see --help."],
    [[], { KAFKA_BOOTSTRAP_SERVERS: 'a' }, 'KAFKA_BOOTSTRAP_SERVERS must be HOST:PORT'],
    [[], { SCHEMA_REGISTRY_URL: 'http://r' }, 'SCHEMA_REGISTRY_URL goes with --kafka'],
    [['--kafka', 'a:1'], { SCHEMA_REGISTRY_URL: 'r' }, 'SCHEMA_REGISTRY_URL must be an address such as http://'],
    [['--kafka', 'a:1', '--fresh'], {}, "--fresh does not delete topics of a Kafka that is not the demo's"],
    [[], { DATABASE_URL: 'mysql://h' }, 'DATABASE_URL must be an address such as postgres://'],
  ])('refuses %j with %j in one line', (args, environment, message) => {
    expect(() => parse(args, environment)).toThrow(message);
  });
});
