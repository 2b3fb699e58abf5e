import { parseArgs } from 'node:util';
import { SimulatorError } from './simulator-error.ts';

/** What the command line asks for. */
export type Command = { readonly kind: 'help' } | { readonly kind: 'replay'; readonly options: ReplayCommand };

export interface ReplayCommand {
  readonly folder: string;
  readonly speed: number | 'max';
  readonly concurrency: number;
  readonly postsUrl?: string;
  readonly feedUrl?: string;
  readonly dataDir?: string;
  readonly verify: boolean;
  readonly verifyPatienceMs: number;
  readonly giveUpAfterMs: number;
}

export const HELP = `headwater simulator: replays recorded traces against the running demo

Usage: npm run simulate -- replay FOLDER [options]

  FOLDER                  a Stack Exchange recording: posts, votes, comments and users as .ndjson
  --speed 1000x|max       recorded time over real time, or as fast as answers come   (default max)
  --concurrency N         most commands under way at once, 1 to 1024                 (default 32)
  --url URL               address of social-posts      (default: from .headwater/endpoints.json)
  --feed-url URL          address of social-feed       (default: from .headwater/endpoints.json)
  --dir DIR               data folder of the demo, if it was started with --dir
  --no-verify             do not compare the feed's totals with the recording
  --verify-patience S     seconds without any change after which a difference counts (default 60)
  --give-up-after S       seconds without any acknowledgement after which to stop    (default 120)
  --help                  print this

Commands carry their recorded ids and idempotency keys: a replay may be run again, also after it was
interrupted. Exit code: 0 when everything was acknowledged and the totals are equal, 1 otherwise.
`;

const OPTIONS = {
  speed: { type: 'string', default: 'max' },
  concurrency: { type: 'string', default: '32' },
  url: { type: 'string' },
  'feed-url': { type: 'string' },
  dir: { type: 'string' },
  verify: { type: 'boolean', default: true },
  'verify-patience': { type: 'string', default: '60' },
  'give-up-after': { type: 'string', default: '120' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the arguments after the script's name. @throws SimulatorError */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  const [command, folder, ...surplus] = positionals;
  if (command === undefined) throw usage('Say what to do: replay FOLDER');
  if (command !== 'replay') throw usage(`There is no command '${command}': the command is replay`);
  if (folder === undefined) throw usage('replay needs the folder of a recording');
  if (surplus.length > 0) throw usage(`replay takes one folder; '${surplus.join(' ')}' is too much`);
  return {
    kind: 'replay',
    options: {
      folder,
      speed: speedOf(values.speed),
      concurrency: wholeNumber('--concurrency', values.concurrency, 1, 1024),
      ...(values.url === undefined ? {} : { postsUrl: urlOf('--url', values.url) }),
      ...(values['feed-url'] === undefined ? {} : { feedUrl: urlOf('--feed-url', values['feed-url']) }),
      ...(values.dir === undefined ? {} : { dataDir: values.dir }),
      verify: values.verify,
      verifyPatienceMs: 1000 * wholeNumber('--verify-patience', values['verify-patience'], 1, 86_400),
      giveUpAfterMs: 1000 * wholeNumber('--give-up-after', values['give-up-after'], 1, 86_400),
    },
  };
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

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max))
    throw usage(`${flag} must be a whole number from ${min} to ${max}, not '${text}'`);
  return number;
}

function urlOf(flag: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw usage(`${flag} must be an address such as http://127.0.0.1:3001, not '${text}'`);
  }
  return text;
}
