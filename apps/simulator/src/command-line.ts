import { parseArgs } from 'node:util';
import { type Addresses } from './demo-endpoints.ts';
import { type FaultOptions } from './load/faults.ts';
import { LOAD_NAMES, LOADS_ABOUT, type LoadName } from './load/load-names.ts';
import { PROFILE_NAMES, PROFILES, type ProfileName } from './load/profiles.ts';
import { SimulatorError } from './simulator-error.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'replay'; readonly options: ReplayCommand }
  | { readonly kind: 'load'; readonly options: LoadCommand }
  | { readonly kind: 'demo'; readonly options: DemoCommand };

/** What both kinds of run need. */
export interface SendingCommand {
  readonly concurrency: number;
  /** Addresses of services that were given. */
  readonly addresses: Addresses;
  readonly dataDir?: string;
  readonly giveUpAfterMs: number;
  /** Compare what the services say in the end with what was sent. */
  readonly verify: boolean;
  readonly verifyPatienceMs: number;
}

export interface ReplayCommand extends SendingCommand {
  readonly folder: string;
  readonly speed: number | 'max';
}

export interface LoadCommand extends SendingCommand {
  readonly name: LoadName;
  /** Things a second: positions, transactions. */
  readonly rate: number;
  readonly durationMs: number;
  readonly users: number;
  readonly seed: number;
  readonly profile: ProfileName;
  readonly faults: FaultOptions;
}

/** A gentle load of every case, without end. */
export interface DemoCommand extends SendingCommand {
  /** Things a second in each case; 0 stands still. */
  readonly rate: number;
  readonly users: number;
  readonly seed: number;
}

const listed = (about: readonly (readonly [string, string])[]): string =>
  about.map(([name, words]) => `  ${name.padEnd(24)}${words}`).join('\n');

export const HELP = `headwater simulator: recorded traces and synthetic load for the running demo

Usage: npm run simulate -- replay FOLDER [options]
       npm run simulate -- ${LOAD_NAMES.join('|')} [options]
       npm run simulate -- demo [--rate N]

  replay FOLDER           a recording, told by its files, or a folder of recordings, one after another:
                          Stack Exchange -> MySocialMedia, MovieTweetings -> MovieFlix, Leeds spending -> MyBank,
                          nyc-taxi-2013 -> GetTaxi, Open Bandit -> CampaignCompare
  --speed 1000x|max       recorded time over real time, or as fast as answers come   (default max)

Synthetic load, of each case:
${listed(Object.entries(LOADS_ABOUT))}
  --rate N                how many a second                                          (default 200)
  --duration T            how long: 30s, 5m                                          (default 30s)
  --users N               how many people                                            (default 1000)
  --seed S                the same seed makes the same load                          (default 1)
  --profile NAME          how the rate goes, and what is popular                     (default steady)

  demo                    a gentle load of each case that runs, until it is stopped: what \`npm start\` begins
                          (--rate in each case, default 5; services also by variables such as SOCIAL_POSTS_URL)

Profiles:
${listed(Object.entries(PROFILES).map(([name, { about }]) => [name, about]))}

Faults of clients, as shares of the requests (1%, 0.5%); at the end it is said how each was answered:
  --duplicate P           sent once more with the same idempotency key: acknowledged, and counted once
  --late P[:T]            tells of what happened T ago (default 10m): taken, and never in the way of what is newer
  --malformed P           a broken request beside it: refused with a reason, and nothing of it is kept

Of both:
  --no-verify             do not compare what the services say in the end with what was sent
  --verify-patience S     seconds without any change after which a difference counts (default 60)
  --concurrency N         most requests under way at once, 1 to 1024                 (default 32)
  --url NAME=URL          address of a service; may be repeated     (default: from .headwater/endpoints.json)
  --dir DIR               data folder of the demo, if it was started with --dir
  --give-up-after S       seconds without any acknowledgement after which to stop    (default 120)
  --help                  print this

Commands of a replay carry their recorded ids and idempotency keys: it may be run again, also after it was interrupted.
Exit code: 0 when everything was acknowledged, the rate was reached, faults were answered as said above and what the
services say is what the files hold or what was sent; 1 otherwise.
`;

const OPTIONS = {
  speed: { type: 'string' },
  verify: { type: 'boolean', default: true },
  'verify-patience': { type: 'string', default: '60' },
  rate: { type: 'string' },
  duration: { type: 'string' },
  users: { type: 'string' },
  seed: { type: 'string' },
  profile: { type: 'string' },
  duplicate: { type: 'string' },
  late: { type: 'string' },
  malformed: { type: 'string' },
  concurrency: { type: 'string', default: '32' },
  url: { type: 'string', multiple: true, default: [] as string[] },
  dir: { type: 'string' },
  'give-up-after': { type: 'string', default: '120' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const REPLAY_ONLY = ['speed'] as const;
const DEMO_OPTIONS = new Set<string>(['rate', 'users', 'seed']);
const LOAD_ONLY = ['rate', 'duration', 'users', 'seed', 'profile', 'duplicate', 'late', 'malformed'] as const;
/** Every command, in words. */
const COMMANDS = `replay, ${LOAD_NAMES.join(', ')} and demo`;

/** Reads the arguments after the script's name. @throws SimulatorError */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  const [command, ...rest] = positionals;
  if (command === undefined) throw usage(`Say what to do; the commands are ${COMMANDS}`);
  const load = LOAD_NAMES.find((name) => name === command);
  if (load !== undefined) return loadCommand(load, rest, values);
  if (command === 'replay') return replayCommand(rest, values);
  if (command === 'demo') return demoCommand(rest, values);
  throw usage(`There is no command '${command}': the commands are ${COMMANDS}`);
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
      durationMs: durationOf('--duration', values.duration ?? '30s'),
      users: wholeNumber('--users', values.users ?? '1000', 1, 10_000_000),
      seed: wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
      profile: profileOf(values.profile ?? 'steady'),
      faults: faultsOf(values),
      ...sending(values),
    },
  };
}

/** Of nobody's else: what a load or a recording is compared with stays as it is. */
const DEMO_SEED = 77;

function demoCommand(surplus: readonly string[], values: Values): Command {
  if (surplus.length > 0) throw usage(`demo takes no folder; '${surplus.join(' ')}' is too much`);
  const others = [...REPLAY_ONLY, ...LOAD_ONLY.filter((name) => !DEMO_OPTIONS.has(name))];
  refuse(values, others, 'demo');
  return {
    kind: 'demo',
    options: {
      rate: wholeNumber('--rate', values.rate ?? '5', 0, 10_000),
      users: wholeNumber('--users', values.users ?? '60', 1, 100_000),
      seed: wholeNumber('--seed', values.seed ?? String(DEMO_SEED), 0, 2 ** 32 - 1),
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
    verify: values.verify,
    verifyPatienceMs: 1000 * wholeNumber('--verify-patience', values['verify-patience'], 1, 86_400),
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

function profileOf(text: string): ProfileName {
  const profile = PROFILE_NAMES.find((name) => name === text);
  if (profile === undefined) throw usage(`--profile must be ${PROFILE_NAMES.join(', ')}, not '${text}'`);
  return profile;
}

const DEFAULT_LATE_BY = '10m';

function faultsOf(values: Values): FaultOptions {
  const [late = '0', lateBy = DEFAULT_LATE_BY] = (values.late ?? '0').split(/:(.*)/s);
  return {
    duplicate: shareOf('--duplicate', values.duplicate ?? '0'),
    malformed: shareOf('--malformed', values.malformed ?? '0'),
    late: shareOf('--late', late),
    lateByMs: durationOf('--late', lateBy),
  };
}

/** `1%` -> 0.01. */
function shareOf(flag: string, text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1] ?? Number.NaN);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw usage(`${flag} must be a share from 0% to 100%, such as 1% or 0.5%, not '${text}'`);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function durationOf(flag: string, text: string): number {
  const [, count, unit] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const durationMs = Number(count) * (UNIT_MS[unit === '' ? 's' : (unit ?? '')] ?? Number.NaN);
  if (!(durationMs > 0)) throw usage(`${flag} must be a time such as 30s or 5m, not '${text}'`);
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
