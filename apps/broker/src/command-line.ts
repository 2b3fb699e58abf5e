import { parseArgs } from 'node:util';
import type { StartBrokerOptions } from './start-broker.ts';
import type { StartRegistryOptions } from './start-registry.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'start'; readonly options: StartBrokerOptions & { readonly dataDir: string } }
  | { readonly kind: 'registry'; readonly options: StartRegistryOptions };

/** The command line is wrong; the message is one line that names the flag and points to --help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `headwater broker: a single-node Kafka broker with a Confluent-compatible schema registry

Usage: npm run broker -- [options]

  --host HOST             address to listen on                                (default 127.0.0.1)
  --port PORT             port of the broker; 0 takes a free one              (default 9092)
  --registry-port PORT    port of the schema registry; 0 takes a free one     (default 8081)
  --data-dir DIR          folder of the data, created when it is missing      (default .headwater/broker)
  --config KEY=VALUE      broker configuration by Kafka's names; repeatable   (e.g. num.partitions=3)
  --flush fsync|os        when a record is durable: after it was synced to the disk (survives a power cut),
                          or after it was handed to the operating system (survives the end of the process)
                                                                              (default fsync)
  --kafka HOST:PORT,…     the registry alone, which keeps its schemas in the Kafka that runs there (topic _schemas)
  --help                  print this
  --version               print the version

When both serve, one line is printed: ready kafka=HOST:PORT registry=http://HOST:PORT dataDir=DIR startMs=N
SIGTERM and SIGINT end both cleanly.
`;

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '9092' },
  'registry-port': { type: 'string', default: '8081' },
  'data-dir': { type: 'string', default: '.headwater/broker' },
  config: { type: 'string', multiple: true, default: [] as string[] },
  flush: { type: 'string', default: 'fsync' },
  kafka: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** Reads the arguments after the script's name. @throws UsageError */
export function parseCommandLine(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  if (values.flush !== 'fsync' && values.flush !== 'os')
    throw new UsageError(`--flush must be fsync or os, not '${values.flush}'; see --help.`);
  if (values.host === '') throw new UsageError('--host must not be empty; see --help.');
  if (values['data-dir'] === '') throw new UsageError('--data-dir must not be empty; see --help.');
  if (values.kafka !== undefined) {
    const { host } = values;
    const registryPort = portOf('--registry-port', values['registry-port']);
    return { kind: 'registry', options: { host, registryPort, bootstrapServers: serversOf(values.kafka) } };
  }
  return {
    kind: 'start',
    options: {
      host: values.host,
      port: portOf('--port', values.port),
      registryPort: portOf('--registry-port', values['registry-port']),
      dataDir: values['data-dir'],
      config: Object.fromEntries(values.config.map(configEntryOf)),
      flush: values.flush,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? '') : String(error);
    throw new UsageError(`${reason.replace(/\.$/, '')}; see --help.`, { cause: error });
  }
}

function portOf(flag: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(`${flag} must be a port from 0 to 65535, not '${text}'; see --help.`);
  return port;
}

function serversOf(text: string): string[] {
  return text.split(',').map((part) => {
    const server = part.trim();
    const [, port = ''] = /^(?:\[[0-9a-fA-F:]+\]|[^\s:[\]]+):(\d+)$/.exec(server) ?? [];
    if (Number(port) >= 1 && Number(port) <= 65_535) return server;
    throw new UsageError(
      `--kafka must be HOST:PORT or several of them with commas between, not '${text}'; see --help.`,
    );
  });
}

function configEntryOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--config must be KEY=VALUE, not '${text}'; see --help.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
