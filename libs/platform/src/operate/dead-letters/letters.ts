/** list, show, redrive and discard: what lies in dead-letter topics. */
import type { TopicContract } from '@headwater/contract-kit';
import {
  deadLetterView,
  standardMaxRedrives,
  type DeadLetterDesk,
  type NotedDeadLetter,
  type RedriveReport,
} from '@headwater/messaging';
import { OperateError } from '../operate-error.ts';
import type { CommandLine } from '../run-operator.ts';
import { durationText, textTable } from '../text-table.ts';
import { countLine } from './count-line.ts';
import { actOf, type DeadLettersOptions } from './dead-letters-options.ts';
import type { MessagingConnection } from './messaging-connection.ts';

/** Letters that a list shows unless --limit says otherwise. */
const shownLetters = 50;

interface Place {
  readonly topic: string;
  readonly group: string;
}

const oneLine = (text: string, length: number): string => text.replace(/\s+/g, ' ').slice(0, length);

/** `TOPIC.dead-letter.GROUP`, as the third word. */
function placeOf(name: string | undefined, command: string): Place {
  const [topic, group] = (name ?? '').split(/\.dead-letter\.(.+)/);
  if (topic && group) return { topic, group };
  throw new OperateError(`${command} needs the name of a dead-letter topic: \`list\` shows them.`);
}

export async function listLetters(
  { desk }: MessagingConnection,
  options: DeadLettersOptions,
  output: CommandLine['output'],
): Promise<void> {
  const [, name] = options.words;
  if (name === undefined) return overview(desk, options, output);
  const { topic, group } = placeOf(name, 'list');
  const chosen = options.all ? {} : { states: ['open'] as const };
  const letters = await desk.list(topic, group, options.filter, { ...chosen, limit: options.limit ?? shownLetters });
  if (options.json) {
    output.write(`${JSON.stringify(letters.map(summaryOf), undefined, 2)}\n`);
    return;
  }
  const rows = letters.map((letter) => [
    `${letter.partition}/${letter.offset}`,
    letter.record.key?.toString() ?? '-',
    letter.state,
    durationText(Date.now() - letter.writtenAt.getTime()),
    letter.attempts,
    letter.redrives,
    letter.error,
    oneLine(letter.reason, 80),
  ]);
  output.write(textTable(['letter', 'key', 'state', 'age', 'attempts', 'redrives', 'error', 'reason'], rows));
}

async function overview(
  desk: DeadLetterDesk,
  { json, filter }: DeadLettersOptions,
  output: CommandLine['output'],
): Promise<void> {
  const found = [];
  for (const { name, topic, group } of await desk.topics()) {
    const letters = await desk.list(topic, group, filter);
    if (letters.length > 0) found.push({ name, ...countsOf(letters) });
  }
  if (json) output.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else if (found.length === 0) output.write('There are no dead letters.\n');
  else {
    const rows = found.map(({ name, open, redriven, discarded, oldestOpen, errors }) => [
      ...[name, open, redriven, discarded],
      oldestOpen ? durationText(Date.now() - oldestOpen.getTime()) : '-',
      errors.join(', '),
    ]);
    output.write(textTable(['dead-letter topic', 'open', 'redriven', 'discarded', 'oldest open', 'errors'], rows));
  }
}

function countsOf(letters: readonly NotedDeadLetter[]) {
  const open = letters.filter(({ state }) => state === 'open');
  const oldest = Math.min(...open.map(({ writtenAt }) => writtenAt.getTime()));
  return {
    open: open.length,
    redriven: letters.filter(({ state }) => state === 'redriven').length,
    discarded: letters.filter(({ state }) => state === 'discarded').length,
    oldestOpen: open.length === 0 ? undefined : new Date(oldest),
    errors: [...new Set(open.map(({ error }) => error))],
  };
}

function summaryOf(letter: NotedDeadLetter): object {
  const { partition, offset, state, writtenAt, topic, sourcePartition, sourceOffset, group } = letter;
  const { attempts, redrives, error, reason, messageId, record } = letter;
  return {
    ...{ partition, offset: offset.toString(), state, writtenAt, topic, sourcePartition, group },
    ...{ sourceOffset: sourceOffset.toString(), attempts, redrives, error, reason, messageId },
    key: record.key?.toString() ?? null,
  };
}

export async function showLetter(
  { desk, codec }: MessagingConnection,
  topics: readonly TopicContract[],
  options: DeadLettersOptions,
  output: CommandLine['output'],
): Promise<void> {
  const [, name, letter] = options.words;
  const { topic, group } = placeOf(name, 'show');
  const [, partition, offset] = /^(\d+)\/(\d+)$/.exec(letter ?? '') ?? [];
  if (partition === undefined || offset === undefined)
    throw new OperateError('show needs a letter by its PARTITION/OFFSET, as `list` shows it.');
  const filter = { partition: Number(partition), offset: BigInt(offset) };
  const [found] = await desk.list(topic, group, filter, { limit: 1 });
  if (!found) throw new OperateError(`There is no letter ${letter} in ${name}.`);
  output.write(`${JSON.stringify(await deadLetterView(codec, topics, found), undefined, 2)}\n`);
}

export async function settleLetters(
  how: 'redrive' | 'discard',
  { desk }: MessagingConnection,
  options: DeadLettersOptions,
  output: CommandLine['output'],
): Promise<void> {
  const [, name] = options.words;
  const { topic, group } = placeOf(name, how);
  const { filter, dryRun, rate, limit, maxRedrives = standardMaxRedrives } = options;
  if (!options.all && Object.values(filter).every((value) => value === undefined || isEmpty(value)))
    throw new OperateError(`${how} needs a filter (--key, --error, …), or --all: see --help.`);
  const act = dryRun ? { who: options.act.who, why: 'dry run' } : actOf(options);
  const show = countLine(output, how === 'redrive' ? 'redriven' : 'discarded');
  const onProgress = (done: number, all: number): void => show(done, all);
  const wanted = { filter, act, dryRun, perSecond: rate, limit, maxRedrives, onProgress };
  const report =
    how === 'redrive' ? await desk.redrive(topic, group, wanted) : await desk.discard(topic, group, wanted);
  show();
  output.write(options.json ? `${JSON.stringify(jsonOf(report))}\n` : textOf(how, group, dryRun, report, maxRedrives));
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && Object.keys(value).length === 0;

const jsonOf = ({ found, done, overCap }: RedriveReport): object => ({
  found,
  done: done.length,
  overCap: overCap.length,
});

function textOf(how: string, group: string, dryRun: boolean, report: RedriveReport, maxRedrives: number): string {
  const { done, overCap } = report;
  const verb = how === 'redrive' ? `redriven to group ${group}, and to no other` : 'discarded';
  const lines = [`${done.length} letters ${dryRun ? 'would be' : 'were'} ${verb}`];
  if (overCap.length > 0)
    lines.push(
      `${overCap.length} stay, as they were redriven ${maxRedrives} times: raise --max-redrives, or discard them`,
    );
  return `${lines.join('\n')}\n`;
}
