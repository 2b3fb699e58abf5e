import { describe, expect, it } from '@jest/globals';
import { parseCommandLine, UsageError } from './command-line.ts';

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(parseCommandLine([])).toEqual({
      kind: 'start',
      options: {
        host: '127.0.0.1',
        port: 9092,
        registryPort: 8081,
        dataDir: '.headwater/broker',
        config: {},
        flush: 'fsync',
      },
    });
  });

  it('takes every option, and --config many times', () => {
    const args = ['--host', '0.0.0.0', '--port', '0', '--registry-port=0', '--data-dir', '/data', '--flush', 'os'];
    const command = parseCommandLine([...args, '--config', 'num.partitions=4', '--config=a.b=c=d']);
    expect(command).toEqual({
      kind: 'start',
      options: {
        host: '0.0.0.0',
        port: 0,
        registryPort: 0,
        dataDir: '/data',
        config: { 'num.partitions': '4', 'a.b': 'c=d' },
        flush: 'os',
      },
    });
  });

  it('starts the registry alone where a Kafka is named', () => {
    expect(parseCommandLine(['--kafka', 'a.example:9092, [::1]:9093', '--registry-port', '0'])).toEqual({
      kind: 'registry',
      options: { host: '127.0.0.1', registryPort: 0, bootstrapServers: ['a.example:9092', '[::1]:9093'] },
    });
  });

  it('prefers help and version to everything else', () => {
    expect(parseCommandLine(['--help', '--port', 'x']).kind).toBe('help');
    expect(parseCommandLine(['--version']).kind).toBe('version');
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port', 'http'], "--port must be a port from 0 to 65535, not 'http'"],
    [['--registry-port', '65536'], "--registry-port must be a port from 0 to 65535, not '65536'"],
    [['--port=-1'], "--port must be a port from 0 to 65535, not '-1'"],
    [['--flush', 'never'], "--flush must be fsync or os, not 'never'"],
    [['--config', 'num.partitions'], "--config must be KEY=VALUE, not 'num.partitions'"],
    [['--kafka', 'localhost'], "--kafka must be HOST:PORT or several of them with commas between, not 'localhost'"],
    [['--kafka', 'a:1,,b:2'], '--kafka must be HOST:PORT'],
    [['--data-dir='], '--data-dir must not be empty'],
    [['--port'], "Option '--port <value>' argument missing"],
    [['server.properties'], "Unexpected argument 'server.properties'"],
  ])('refuses %j in one line that names it and points to --help', (args, words) => {
    const refused = (): unknown => parseCommandLine(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(words);
    expect(refused).toThrow(/^[^\n]*; see --help\.$/);
  });
});
