import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ConfigError,
  DatabaseConfig,
  defineConfig,
  flag,
  hostPorts,
  integer,
  KafkaConfig,
  oneOf,
  optional,
  readConfigs,
  ServiceConfig,
  text,
  url,
  type Environment,
} from './index.ts';

class RelayConfig extends defineConfig({
  lingerMs: integer({ default: 5, min: 0, max: 1000, description: 'milliseconds to wait' }),
  mode: oneOf(['notify', 'poll'], { default: 'notify', description: 'what wakes the relay' }),
  dryRun: flag({ default: false, description: 'publish nothing' }),
  apiKey: text({ secret: true, pattern: /^[a-z]+$/, shape: 'lower-case letters', default: 'none', description: 'key' }),
  home: optional(url({ protocols: ['https:'], description: 'home page' })),
  pageSize: integer({ env: 'PAGE_ROWS', default: 10, description: 'rows' }),
}) {}

function messageOf(environment: Environment): string {
  try {
    new RelayConfig(environment);
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

describe('a configuration class', () => {
  it('holds defaults where variables are absent or empty', () => {
    const config = new RelayConfig({ MODE: '', DRY_RUN: '  ' });
    expect(Object.fromEntries(Object.entries(config))).toEqual({
      lingerMs: 5,
      mode: 'notify',
      dryRun: false,
      apiKey: 'none',
      home: undefined,
      pageSize: 10,
    });
  });

  it('parses each variable by its declaration', () => {
    const config = new RelayConfig({
      LINGER_MS: '20',
      MODE: 'poll',
      DRY_RUN: 'yes',
      HOME: 'https://example.org/',
      PAGE_ROWS: '7',
    });
    expect(config).toMatchObject({
      lingerMs: 20,
      mode: 'poll',
      dryRun: true,
      home: 'https://example.org/',
      pageSize: 7,
    });
  });

  it('cannot be changed', () => {
    const config = new RelayConfig({});
    expect(() => Object.assign(config, { lingerMs: 6 })).toThrow(TypeError);
  });

  it.each([
    [{ LINGER_MS: '1001' }, 'LINGER_MS="1001" must be a whole number from 0 to 1000'],
    [{ LINGER_MS: '5.5' }, 'LINGER_MS="5.5" must be a whole number from 0 to 1000'],
    [{ LINGER_MS: '0x10' }, 'LINGER_MS="0x10" must be a whole number from 0 to 1000'],
    [{ MODE: 'guess' }, 'MODE="guess" must be one of notify, poll'],
    [{ DRY_RUN: 'perhaps' }, 'DRY_RUN="perhaps" must be true or false'],
    [{ HOME: 'ftp://example.org' }, 'HOME="ftp://example.org" must be a URL that begins with https://'],
    [{ HOME: 'example' }, 'HOME="example" must be a URL that begins with https://'],
  ])('refuses %j with a line that names the variable', (environment, message) => {
    expect(messageOf(environment)).toBe(message);
  });

  it('names every wrong variable, not only the first', () => {
    expect(messageOf({ LINGER_MS: '-1', MODE: 'x' })).toMatch(/^LINGER_MS=.*; MODE=/);
  });

  it('shows no part of a secret', () => {
    expect(messageOf({ API_KEY: 'S3CRET' })).toBe('API_KEY=(not shown) must be lower-case letters');
  });

  it('keeps the message on one line and short, whatever the value is', () => {
    const message = messageOf({ MODE: `a\nb${'c'.repeat(500)}` });
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(150);
  });
});

describe('several configuration classes', () => {
  it('are read together and report all that is wrong in one error', () => {
    const read = (): unknown => readConfigs([ServiceConfig, DatabaseConfig, KafkaConfig], { PORT: '70000' });
    expect(read).toThrow(
      /PORT="70000".*; DATABASE_URL is missing.*; KAFKA_BOOTSTRAP_SERVERS is missing.*; SCHEMA_REGISTRY_URL is missing/,
    );
  });
});

describe('how brokers are spoken to', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const pemFile = (content: string): string => {
    const folder = mkdtempSync(path.join(tmpdir(), 'headwater-pem-'));
    folders.push(folder);
    writeFileSync(path.join(folder, 'file.pem'), content);
    return path.join(folder, 'file.pem');
  };
  const where = { KAFKA_BOOTSTRAP_SERVERS: 'kafka.example:9093', SCHEMA_REGISTRY_URL: 'http://registry.example' };
  const clusterOf = (environment: Environment) => new KafkaConfig({ ...where, ...environment }).cluster;

  it('is plain text, unless it is said', () => {
    expect(clusterOf({})).toEqual({ bootstrapServers: ['kafka.example:9093'] });
    expect(clusterOf({ KAFKA_SASL_USERNAME: 'posts' })).toEqual({ bootstrapServers: ['kafka.example:9093'] });
  });

  it('is TLS, a password, or both, by the names that Kafka has for it', () => {
    const account = { KAFKA_SASL_USERNAME: 'posts', KAFKA_SASL_PASSWORD: 'secret' };
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'posts', password: 'secret' };
    expect(clusterOf({ KAFKA_SECURITY_PROTOCOL: 'SSL' })).toMatchObject({ security: { tls: {} } });
    expect(clusterOf({ KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...account }).security).toEqual({ sasl });
    const both = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'PLAIN', ...account };
    const files = {
      KAFKA_SSL_CA_FILE: pemFile('authority'),
      KAFKA_SSL_CERTIFICATE_FILE: pemFile('certificate'),
      KAFKA_SSL_KEY_FILE: pemFile('key'),
    };
    expect(clusterOf({ ...both, ...files }).security).toEqual({
      tls: { ca: 'authority', cert: 'certificate', key: 'key' },
      sasl: { ...sasl, mechanism: 'PLAIN' },
    });
  });

  it.each([
    [{ KAFKA_SECURITY_PROTOCOL: 'TLS' }, 'KAFKA_SECURITY_PROTOCOL="TLS" must be one of PLAINTEXT, SSL'],
    [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, 'KAFKA_SASL_USERNAME is missing'],
    [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_USERNAME: 'posts' }, 'KAFKA_SASL_PASSWORD is missing'],
    [{ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_FILE: '/key.pem' }, 'KAFKA_SSL_CERTIFICATE_FILE is missing'],
    [
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: '/not/there.pem' },
      'KAFKA_SSL_CA_FILE="/not/there.pem" must be a PEM file that can be read (ENOENT)',
    ],
  ])('refuses %j at the start', (environment, message) => {
    expect(() => new KafkaConfig({ ...where, ...environment })).toThrow(message);
  });
});

describe('a list of hosts and ports', () => {
  const setting = hostPorts({ description: 'brokers' });

  it('takes names, IPv4 and bracketed IPv6', () => {
    expect(setting.parse('a.example:9092, 127.0.0.1:1 ,[::1]:65535')).toEqual([
      'a.example:9092',
      '127.0.0.1:1',
      '[::1]:65535',
    ]);
  });

  it.each(['', ',', 'host', 'host:', 'host:0', 'host:65536', '::1:9092', 'a:1,b'])('refuses %j', (value) => {
    expect(() => setting.parse(value)).toThrow('host:port');
  });
});
