/** parked, release, skip and edit: keys that wait in services' databases. */
import { readFile } from 'node:fs/promises';
import { text as textFrom } from 'node:stream/consumers';
import { ContractError, type TopicContract } from '@headwater/contract-kit';
import { MessagingError, ParkedDesk, ParkedKeys, type EventCodec, type ParkedKey } from '@headwater/messaging';
import { withDatabases, type OpenDatabase } from '../databases.ts';
import { OperateError } from '../operate-error.ts';
import type { CommandLine } from '../run-operator.ts';
import { durationText, textTable } from '../text-table.ts';
import { actOf, type DeadLettersOptions } from './dead-letters-options.ts';

type Output = CommandLine['output'];

interface Found {
  readonly database: string;
  readonly desk: ParkedDesk;
  readonly key: ParkedKey;
}

/** Carries a command out on the databases that have parked keys. @throws OperateError */
export async function runParked(
  command: 'parked' | 'release' | 'skip' | 'edit',
  options: DeadLettersOptions,
  topics: readonly TopicContract[],
  codec: EventCodec,
  output: Output,
): Promise<void> {
  await withDatabases(options, 'parked_keys', async (databases) => {
    const found = await findKeys(databases, options, topics, codec);
    try {
      if (command === 'parked') await showKeys(found, options, output);
      else if (command === 'release') await release(found, options, output);
      else await change(command, found, options, output);
    } catch (error) {
      if (error instanceof MessagingError || error instanceof ContractError)
        throw new OperateError(`${error.message}.`, { cause: error });
      throw error;
    }
  });
}

async function findKeys(
  databases: readonly OpenDatabase[],
  { group, topic, filter, limit }: DeadLettersOptions,
  topics: readonly TopicContract[],
  codec: EventCodec,
): Promise<Found[]> {
  const { key, error, partition } = filter;
  const wanted = {
    subscription: group,
    topic,
    partition,
    error,
    limit,
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
  const found = await Promise.all(
    databases.map(async ({ name, dataSource }) => {
      const desk = new ParkedDesk({ keys: new ParkedKeys(dataSource), codec, topics });
      return (await desk.list(wanted)).map((each) => ({ database: name, desk, key: each }));
    }),
  );
  return found.flat();
}

async function showKeys(found: readonly Found[], options: DeadLettersOptions, output: Output): Promise<void> {
  if (options.json || options.filter.key !== undefined) {
    const shown = await Promise.all(found.map((each) => jsonOf(each, options)));
    output.write(`${JSON.stringify(shown, undefined, 2)}\n`);
    return;
  }
  if (found.length === 0) {
    output.write('No key is parked.\n');
    return;
  }
  const rows = found.map(({ database, key }) => [
    ...[database, key.subscription, `${key.topic}/${key.partition}`, key.key.toString(), key.state, key.messages],
    durationText(Date.now() - key.parkedAt.getTime()),
    `${key.error}: ${key.reason.replace(/\s+/g, ' ').slice(0, 80)}`,
  ]);
  output.write(textTable(['database', 'group', 'partition', 'key', 'state', 'messages', 'since', 'why'], rows));
  output.write(
    '\nShow what waits of a key by --key KEY; let it go on by `release --group GROUP --key KEY --why TEXT`.\n',
  );
}

async function jsonOf({ database, desk, key }: Found, { filter }: DeadLettersOptions): Promise<object> {
  const { subscription, key: bytes, firstOffset, ...rest } = key;
  const messages = filter.key === undefined ? undefined : await desk.messages(key);
  return {
    ...{ database, group: subscription, key: bytes.toString(), firstOffset: firstOffset?.toString(), ...rest },
    ...(messages ? { waiting: messages.map(({ offset, ...each }) => ({ offset: offset.toString(), ...each })) } : {}),
  };
}

async function release(found: readonly Found[], options: DeadLettersOptions, output: Output): Promise<void> {
  if (options.all === (options.filter.key !== undefined))
    throw new OperateError('release needs --key KEY, or --all for every key that --group, --topic and --error leave.');
  const act = actOf(options);
  const waiting = found.filter(({ key }) => key.state === 'parked');
  if (waiting.length === 0) throw new OperateError('No such key is parked: `parked` lists what is.');
  for (const { database, desk, key } of waiting) {
    await desk.release(key, act);
    output.write(
      `${database}: key ${key.key.toString()} of group ${key.subscription} is released, ${key.messages} messages follow in order\n`,
    );
  }
}

async function change(
  command: 'skip' | 'edit',
  found: readonly Found[],
  options: DeadLettersOptions,
  output: Output,
): Promise<void> {
  const { filter, value, event } = options;
  if (filter.key === undefined || filter.offset === undefined)
    throw new OperateError(`${command} needs --key KEY and --offset N: \`parked --key KEY\` shows what waits.`);
  const [one, ...others] = found;
  if (!one) throw new OperateError(`Key ${filter.key} is not parked: \`parked\` lists what is.`);
  if (others.length > 0)
    throw new OperateError(`Key ${filter.key} is parked in several places: choose by --database, --group, --topic.`);
  const act = actOf(options);
  const { desk, key, database } = one;
  if (command === 'skip') await desk.skip(key, filter.offset, act);
  else await desk.edit(key, filter.offset, await readJson(value), act, event, AbortSignal.timeout(10_000));
  const done = command === 'skip' ? 'is skipped' : 'is replaced';
  output.write(
    `${database}: offset ${filter.offset} of key ${filter.key} ${done}; the key stays parked until it is released\n`,
  );
}

/** JSON, `@file`, or `-` for the standard input. */
async function readJson(value: string | undefined): Promise<unknown> {
  if (value === undefined)
    throw new OperateError('edit needs the new event: --value JSON, --value @FILE, or --value -.');
  const text =
    value === '-' ? await textFrom(process.stdin) : value.startsWith('@') ? await readFileOf(value.slice(1)) : value;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new OperateError(`--value is no JSON: ${Error.isError(error) ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function readFileOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OperateError(`${file} cannot be read: ${Error.isError(error) ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
