import path from 'node:path';
import { parseArgs } from 'node:util';
import { CreateError } from './create-error.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'create'; readonly options: CreateOptions };

export interface CreateOptions {
  /** The workspace's name: of its package, and the scope of those in it. */
  readonly name: string;
  /** Where it is made. */
  readonly folder: string;
  /** A folder of packed packages (tarballs) that are taken instead of the registry's. */
  readonly packages?: string;
}

export const HELP = `create-headwater: a workspace of event-driven services on Headwater

Usage: npm create headwater@latest NAME [-- options]

Makes the folder NAME with an Nx workspace: the bundled Kafka broker with its schema registry, PostgreSQL from npm, the toolkit,
the generators of @headwater/nx, and one example service, orders. Needs Node 24.9 or newer and nothing else.

  --packages DIR   take Headwater's packages from the tarballs in DIR instead of the registry; they are copied into NAME/packages
  --help           print this
  --version        print the version
`;

const OPTIONS = {
  packages: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** Reads the arguments after the script's name. @throws CreateError */
export function parseCommandLine(args: readonly string[], currentFolder: string): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0)
    throw new CreateError('Give one name for the workspace: npm create headwater@latest my-platform; see --help.');
  const folder = path.resolve(currentFolder, target);
  const name = path.basename(folder);
  if (!/^[a-z][a-z0-9-]{0,99}$/.test(name))
    throw new CreateError(
      `'${name}' cannot name a workspace: take lower-case letters, digits and -, beginning with a letter.`,
    );
  const packages = values.packages === undefined ? {} : { packages: path.resolve(currentFolder, values.packages) };
  return { kind: 'create', options: { name, folder, ...packages } };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\.(?=\s|$)|\n/);
    throw new CreateError(`${reason}; see --help.`, { cause: error });
  }
}
