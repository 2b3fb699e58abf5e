/** What the command line asks, read strictly. */
import os from 'node:os';
import { parseArgs } from 'node:util';
import type { DeadLetterFilter, OperatorAct } from '@headwater/messaging';
import { OperateError } from '../operate-error.ts';
import { dataFolder, SHARED_OPTIONS, type OperatorOptions } from '../operator-options.ts';

const OPTIONS = {
  broker: { type: 'string' },
  registry: { type: 'string' },
  ...SHARED_OPTIONS,
  group: { type: 'string' },
  topic: { type: 'string' },
  key: { type: 'string' },
  error: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  partition: { type: 'string' },
  offset: { type: 'string' },
  limit: { type: 'string' },
  rate: { type: 'string' },
  'max-redrives': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  value: { type: 'string' },
  event: { type: 'string' },
  who: { type: 'string' },
  why: { type: 'string' },
} as const;

export interface DeadLettersOptions extends OperatorOptions {
  readonly broker: string | undefined;
  readonly registry: string | undefined;
  readonly group: string | undefined;
  readonly topic: string | undefined;
  readonly filter: DeadLetterFilter;
  readonly limit: number | undefined;
  readonly rate: number | undefined;
  readonly maxRedrives: number | undefined;
  readonly dryRun: boolean;
  /** JSON, `@file`, or `-` for the standard input. */
  readonly value: string | undefined;
  readonly event: string | undefined;
  readonly act: { readonly who: string; readonly why: string | undefined };
}

/** @throws OperateError */
export function readDeadLettersOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  root: string,
): DeadLettersOptions {
  const { values, positionals } = parse(args);
  return {
    words: positionals,
    urls: values.url.length > 0 ? values.url : listed(environment['DATABASE_URL']),
    dir: dataFolder(values.dir, environment, root),
    databases: values.database,
    json: values.json,
    all: values.all,
    help: values.help,
    broker: values.broker ?? environment['KAFKA_BOOTSTRAP_SERVERS'],
    registry: values.registry ?? environment['SCHEMA_REGISTRY_URL'],
    group: values.group,
    topic: values.topic,
    filter: {
      key: values.key,
      error: values.error,
      since: timeOf('since', values.since),
      until: timeOf('until', values.until),
      headers: headersOf(values.header),
      partition: countOf('partition', values.partition),
      offset: values.offset === undefined ? undefined : BigInt(countOf('offset', values.offset)!),
    },
    limit: countOf('limit', values.limit),
    rate: countOf('rate', values.rate),
    maxRedrives: countOf('max-redrives', values['max-redrives']),
    dryRun: values['dry-run'],
    value: values.value,
    event: values.event,
    act: { who: values.who ?? os.userInfo().username, why: values.why },
  };
}

/** On whose account something is changed. @throws OperateError when no reason is given. */
export function actOf({ act: { who, why } }: DeadLettersOptions): OperatorAct {
  if (why === undefined || why.trim() === '')
    throw new OperateError('A change needs its reason, which is kept with it: --why TEXT.');
  return { who, why };
}

const listed = (text: string | undefined): string[] => (text ? [text] : []);

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new OperateError(`${(reason.split(/\.\s|\n/)[0] ?? '').replace(/\.$/, '')}; see --help.`, { cause: error });
  }
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new OperateError(`--${name} must be a whole number, not '${text}'.`);
  return Number(text);
}

/** ISO 8601, or how long ago: `90s`, `15m`, `2h`, `3d`. */
function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const time = ago ? new Date(Date.now() - Number(ago[1]) * unitsMs[ago[2] as keyof typeof unitsMs]) : new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new OperateError(`--${name} must be a time in ISO 8601, or 90s, 15m, 2h, 3d ago; not '${text}'.`);
}

function headersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new OperateError(`--header must be NAME=VALUE, not '${text}'.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
