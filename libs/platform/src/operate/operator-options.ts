import path from 'node:path';
import { parseArgs } from 'node:util';
import { OperateError } from './operate-error.ts';

/** What the commands of operators share. */
export interface OperatorOptions {
  /** Connection strings; the databases of the running workspace when there is none. */
  readonly urls: readonly string[];
  /** Folder of the running workspace's data, where its addresses are. */
  readonly dir: string;
  /** Only the databases of these names. */
  readonly databases: readonly string[];
  readonly json: boolean;
  readonly all: boolean;
  readonly help: boolean;
  readonly words: readonly string[];
}

export const SHARED_HELP = `  --url URL         connection string of a database; may be given again   (default DATABASE_URL, else those of what runs here)
  --database NAME   only this database; may be given again
  --dir DIR         folder of data, logs and addresses                     (default .headwater, or HEADWATER_DIR)
  --json            print JSON
  --help            print this
`;

/** What each of the commands takes. */
export const SHARED_OPTIONS = {
  url: { type: 'string', multiple: true, default: [] as string[] },
  database: { type: 'string', multiple: true, default: [] as string[] },
  dir: { type: 'string' },
  json: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the arguments after the script's name. @throws OperateError */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv, root: string): OperatorOptions {
  const { values, positionals } = parse(args);
  const fromEnvironment = environment['DATABASE_URL'] ? [environment['DATABASE_URL']] : [];
  return {
    urls: values.url.length > 0 ? values.url : fromEnvironment,
    dir: dataFolder(values.dir, environment, root),
    databases: values.database,
    json: values.json,
    all: values.all,
    help: values.help,
    words: positionals,
  };
}

/** Where the launcher has put what runs, unless it is told. */
export const dataFolder = (given: string | undefined, environment: NodeJS.ProcessEnv, root: string): string =>
  path.resolve(root, given ?? (environment['HEADWATER_DIR'] || '.headwater'));

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: SHARED_OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new OperateError(`${(reason.split(/\.\s|\n/)[0] ?? '').replace(/\.$/, '')}; see --help.`, { cause: error });
  }
}
