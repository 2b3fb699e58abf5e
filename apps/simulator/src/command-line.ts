import { parseArgs } from 'node:util';
import { type Addresses } from './demo-endpoints.ts';
import { LOAD_NAMES, type LoadName } from './load/load-names.ts';
import { SimulatorError } from './simulator-error.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'replay'; readonly options: ReplayCommand }
  | { readonly kind: 'load'; readonly options: LoadCommand };

/** What both kinds of run need. */
export interface SendingCommand {
  readonly concurrency: number;
  /** Addresses of services that were given. */
  readonly addresses: Addresses;
  readonly dataDir?: string;
  readonly giveUpAfterMs: number;
}

export interface ReplayCommand extends SendingCommand {
  readonly folder: string;
  readonly speed: number | 'max';
  readonly verify: boolean;
  readonly verifyPatienceMs: number;
}

export interface LoadCommand extends SendingCommand {
  readonly name: LoadName;
  /** Things a second: positions, transactions. */
  readonly rate: number;
  readonly durationMs: number;
  readonly users: number;
  readonly seed: number;
}

export const HELP = `headwater simulator: recorded traces and synthetic load for the running demo

Usage: npm run simulate -- replay FOLDER [options]
       npm run simulate -- movieflix|mybank [options]

  replay FOLDER           a recording, told by its files, or a folder of recordings, one after another:
                          Stack Exchange -> MySocialMedia, MovieTweetings -> MovieFlix, Leeds spending -> MyBank
  --speed 1000x|max       recorded time over real time, or as fast as answers come   (default max)
  --no-verify             do not compare what the services say with the recording
  --verify-patience S     seconds without any change after which a difference counts (default 60)

  movieflix               people watch shows: positions a second
  mybank                  people pay: transactions a second
  --rate N                how many a second                                          (default 200)
  --duration T            how long: 30s, 5m                                          (default 30s)
  --users N               how many people                                            (default 1000)
  --seed S                the same seed makes the same load                          (default 1)

  --concurrency N         most requests under way at once, 1 to 1024                 (default 32)
  --url NAME=URL          address of a service; may be repeated     (default: from .headwater/endpoints.json)
  --dir DIR               data folder of the demo, if it was started with --dir
  --give-up-after S       seconds without any acknowledgement after which to stop    (default 120)
  --help                  print this

Commands of a replay carry their recorded ids and idempotency keys: it may be run again, also after it was interrupted.
Exit code: 0 when everything was acknowledged and what the services say is what the files hold, or the rate was reached;
1 otherwise.
`;

const OPTIONS = {
  speed: { type: 'string' },
  verify: { type: 'boolean' },
  'verify-patience': { type: 'string' },
  rate: { type: 'string' },
  duration: { type: 'string' },
  users: { type: 'string' },
  seed: { type: 'string' },
  concurrency: { type: 'string', default: '32' },
  url: { type: 'string', multiple: true, default: [] as string[] },
  dir: { type: 'string' },
  'give-up-after': { type: 'string', default: '120' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const REPLAY_ONLY = ['speed', 'verify', 'verify-patience'] as const;
const LOAD_ONLY = ['rate', 'duration', 'users', 'seed'] as const;

/** Reads the arguments after the script's name. @throws SimulatorError */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  const [command, ...rest] = positionals;
  if (command === undefined) throw usage(`Say what to do: replay FOLDER, ${LOAD_NAMES.join(' or ')}`);
  const load = LOAD_NAMES.find((name) => name === command);
  if (load !== undefined) return loadCommand(load, rest, values);
  if (command === 'replay') return replayCommand(rest, values);
  throw usage(`There is no command '${command}': the commands are replay, ${LOAD_NAMES.join(' and ')}`);
}

type Values = ReturnType<typeof parse>['values'];

function replayCommand([folder, ...surplus]: readonly string[], values: Values): Command {
  if (folder === undefined) throw usage('replay needs the folder of a recording');
  if (surplus.length > 0) throw usage(`replay takes one folder; '${surplus.join(' ')}' is too much`);
  refuse(values, LOAD_ONLY, 'replay');
  return {
    kind: 'replay',
    options: {
      folder,
      speed: speedOf(values.speed ?? 'max'),
      ...sending(values),
      verify: values.verify ?? true,
      verifyPatienceMs: 1000 * wholeNumber('--verify-patience', values['verify-patience'] ?? '60', 1, 86_400),
    },
  };
}

function loadCommand(name: LoadName, surplus: readonly string[], values: Values): Command {
  if (surplus.length > 0) throw usage(`${name} takes no folder; '${surplus.join(' ')}' is too much`);
  refuse(values, REPLAY_ONLY, name);
  return {
    kind: 'load',
    options: {
      name,
      rate: wholeNumber('--rate', values.rate ?? '200', 1, 1_000_000),
      durationMs: durationOf(values.duration ?? '30s'),
      users: wholeNumber('--users', values.users ?? '1000', 1, 10_000_000),
      seed: wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
      ...sending(values),
    },
  };
}

function sending(values: Values): SendingCommand {
  return {
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 1024),
    addresses: new Map(values.url.map(addressOf)),
    ...(values.dir === undefined ? {} : { dataDir: values.dir }),
    giveUpAfterMs: 1000 * wholeNumber('--give-up-after', values['give-up-after'], 1, 86_400),
  };
}

function refuse(values: Values, names: readonly (keyof Values)[], command: string): void {
  const given = names.find((name) => values[name] !== undefined);
  if (given !== undefined) throw usage(`${command} takes no --${given}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true, allowNegative: true });
  } catch (error) {
    const reason = Error.isError(error) ? (error.message.split(/\.\s|\n/)[0] ?? '') : String(error);
    throw usage(reason.replace(/\.$/, ''), error);
  }
}

function usage(message: string, cause?: unknown): SimulatorError {
  return new SimulatorError('USAGE', `${message}; see --help.`, { cause });
}

function speedOf(text: string): number | 'max' {
  if (text === 'max') return 'max';
  const factor = /^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1];
  if (factor === undefined || Number(factor) === 0)
    throw usage(`--speed must be max or a factor such as 1000x, not '${text}'`);
  return Number(factor);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function durationOf(text: string): number {
  const [, count, unit] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const durationMs = Number(count) * (UNIT_MS[unit === '' ? 's' : (unit ?? '')] ?? Number.NaN);
  if (!(durationMs > 0)) throw usage(`--duration must be a time such as 30s or 5m, not '${text}'`);
  return durationMs;
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max))
    throw usage(`${flag} must be a whole number from ${min} to ${max}, not '${text}'`);
  return number;
}

function addressOf(text: string): [string, string] {
  const [, name, url] = /^([a-z-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || url === undefined || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usage(`--url must name a service and its address, such as social-posts=http://127.0.0.1:3001, not '${text}'`);
  return [name, url];
}
