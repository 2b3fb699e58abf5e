import { describe, expect, it } from '@jest/globals';
import { parseCommandLine, UsageError } from './command-line.ts';

const parse = (...args: string[]) => parseCommandLine(args, '/house');

describe('the command line of the reference Kafka', () => {
  it('starts one node of the reference version in the house when nothing else is said', () => {
    const folder = '/house/.headwater/kafka/cluster';
    expect(parse('up')).toEqual({ kind: 'up', folder, brokers: 1, version: '4.3.1', config: {} });
    expect(parse('down')).toEqual({ kind: 'down', folder });
  });

  it('takes the number of brokers, the version, the folder and a node', () => {
    const up = parse('up', '--brokers', '3', '--version', '4.2.0', '--dir', '/other');
    expect(up).toEqual({ kind: 'up', folder: '/other', brokers: 3, version: '4.2.0', config: {} });
    expect(parse('kill', '2', '--dir', '/other')).toEqual({ kind: 'kill', folder: '/other', nodeId: 2 });
  });

  it('takes broker configuration', () => {
    const up = parse('up', '--config', 'num.partitions=2', '--config', 'sasl.jaas.config=a=b');
    expect(up).toMatchObject({ config: { 'num.partitions': '2', 'sasl.jaas.config': 'a=b' } });
  });

  it('shows its help without a command', () => {
    expect(parse()).toEqual({ kind: 'help' });
    expect(parse('up', '--help')).toEqual({ kind: 'help' });
  });

  it.each([
    [['dance'], "There is no command 'dance'"],
    [['kill'], 'kill needs the number of a node'],
    [['start', 'two'], 'start needs the number of a node'],
    [['status', '1'], "'1' is too much"],
    [['up', '--brokers', '2'], "--brokers must be 1 or 3, not '2'"],
    [['up', '--version', '3.9.0'], "--version must be one such as 4.3.1, not '3.9.0'"],
    [['up', '--config', 'num.partitions'], "--config must be name=value, not 'num.partitions'"],
    [['up', '--port', '9092'], "Unknown option '--port'"],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });
});
