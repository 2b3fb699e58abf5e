import path from 'node:path';
import { parseArgs } from 'node:util';
import { REFERENCE_VERSION } from '@headwater/testkit/kafka';

/** What the command line asks for; `folder` is the cluster's own. */
export type Command =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'up';
      readonly folder: string;
      readonly brokers: 1 | 3;
      readonly version: string;
      /** Broker configuration of every node. */
      readonly config: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'down' | 'status'; readonly folder: string }
  | { readonly kind: 'kill' | 'start'; readonly folder: string; readonly nodeId: number };

export const HELP = `A real Apache Kafka on this machine, from its published Java artefacts (needs Java 17 or newer; Maven the first time)

Usage: npm run kafka -- COMMAND [options]

  up                start a cluster, wait until it answers, print its addresses
  down              end it, and remove its data
  status            say which nodes run
  kill N            end node N as a crash does
  start N           start node N again on its data

  --brokers 1|3     nodes, each controller and broker; 3: three replicas, two in sync at least   (default 1)
  --version 4.x.y   version of Apache Kafka                                                      (default ${REFERENCE_VERSION})
  --dir DIR         folder of the cluster                                                        (default .headwater/kafka/cluster)
  --config K=V      broker configuration of every node; may be given again
  --help            print this
`;

/** A command line that cannot be meant. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  brokers: { type: 'string', default: '1' },
  version: { type: 'string', default: REFERENCE_VERSION },
  dir: { type: 'string' },
  config: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the arguments after the script's name. @throws UsageError */
export function parseCommandLine(args: readonly string[], root: string): Command {
  const { values, positionals } = parse(args);
  const [kind, node, ...rest] = positionals;
  if (values.help || kind === undefined) return { kind: 'help' };
  const folder = path.resolve(values.dir ?? path.join(root, '.headwater/kafka/cluster'));
  if (rest.length > 0) throw new UsageError(`'${rest[0]}' is too much: see --help.`);
  switch (kind) {
    case 'kill':
    case 'start':
      if (node === undefined || !/^\d+$/.test(node))
        throw new UsageError(`${kind} needs the number of a node: see --help.`);
      return { kind, folder, nodeId: Number(node) };
    case 'up':
    case 'down':
    case 'status':
      if (node !== undefined) throw new UsageError(`'${node}' is too much: see --help.`);
      return kind === 'up' ? { kind, folder, ...clusterShape(values) } : { kind, folder };
    default:
      throw new UsageError(`There is no command '${kind}': up, down, status, kill or start; see --help.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new UsageError(`${(reason.split(/\.\s|\n/)[0] ?? '').replace(/\.$/, '')}; see --help.`, { cause: error });
  }
}

interface ShapeOptions {
  readonly brokers: string;
  readonly version: string;
  readonly config: readonly string[];
}

function clusterShape({ brokers, version, config }: ShapeOptions) {
  if (brokers !== '1' && brokers !== '3') throw new UsageError(`--brokers must be 1 or 3, not '${brokers}'.`);
  if (!/^4\.\d+\.\d+$/.test(version)) throw new UsageError(`--version must be one such as 4.3.1, not '${version}'.`);
  for (const each of config)
    if (!/^[^=]+=/.test(each)) throw new UsageError(`--config must be name=value, not '${each}'.`);
  const entries = config.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  return { brokers: brokers === '1' ? 1 : 3, version, config: Object.fromEntries(entries) } as const;
}
