/** `npm run outbox -- status|retry|skip`: what waits in the outboxes, and what to do with messages that can never be published. */
import { Outbox, type Aggregate } from '@headwater/event-sourcing';
import { withDatabases, type OpenDatabase } from '../databases.ts';
import { OperateError } from '../operate-error.ts';
import { SHARED_HELP, type OperatorOptions } from '../operator-options.ts';
import { runOperator, type CommandLine } from '../run-operator.ts';
import { durationText, textTable } from '../text-table.ts';

const HELP = `What waits in the services' outboxes

Usage: npm run outbox -- COMMAND [options]

  status            what waits to be published, and the aggregates that are held behind a message that cannot be
  retry TYPE/ID     try the message of a held aggregate once more; what waits behind it follows in order
  skip TYPE/ID      drop that message for good; what waits behind it follows

  --all             retry or skip: every held aggregate
${SHARED_HELP}`;

type Say = (text: string) => void;

async function status(databases: readonly OpenDatabase[], json: boolean, say: Say): Promise<void> {
  const states = await Promise.all(
    databases.map(async ({ name, dataSource }) => {
      const outbox = new Outbox(dataSource);
      return { database: name, ...(await outbox.state()), held: await outbox.heldAggregates() };
    }),
  );
  if (json) {
    say(`${JSON.stringify(states, undefined, 2)}\n`);
    return;
  }
  const titles = ['database', 'waiting', 'oldest', 'held aggregates', 'held messages'];
  const rows = states.map((state) => [
    state.database,
    state.pendingMessages,
    state.pendingMessages === 0 ? '-' : durationText(state.oldestPendingMs),
    state.heldAggregates,
    state.heldMessages,
  ]);
  say(textTable(titles, rows));
  const held = states.flatMap(({ database, held: aggregates }) =>
    aggregates.map(({ aggregate, topic, type, messages, since, reason }) => [
      database,
      `${aggregate.type}/${aggregate.id}`,
      topic,
      type,
      messages,
      durationText(Date.now() - since.getTime()),
      reason.replace(/\s+/g, ' ').slice(0, 100),
    ]),
  );
  if (held.length === 0) return;
  say(`\n${textTable(['database', 'held', 'topic', 'message', 'waiting', 'since', 'why'], held)}`);
  say('\nRelease one by `npm run outbox -- retry TYPE/ID`, or drop its message by `npm run outbox -- skip TYPE/ID`.\n');
}

async function release(databases: readonly OpenDatabase[], options: OperatorOptions, say: Say): Promise<void> {
  const [command, name] = options.words;
  const how = command === 'retry' ? 'retry' : 'drop';
  if (options.all === (name !== undefined)) throw new OperateError(`${command} needs TYPE/ID, or --all: see --help.`);
  let released = 0;
  for (const { name: database, dataSource } of databases) {
    const outbox = new Outbox(dataSource);
    for (;;) {
      const held = (await outbox.heldAggregates()).filter(({ aggregate }) => options.all || textOf(aggregate) === name);
      for (const { aggregate } of held) {
        const pending = await outbox.release(aggregate, how);
        say(`${database}: ${textOf(aggregate)} goes on, ${pending} messages follow\n`);
      }
      released += held.length;
      // A retried message may be dead again at once: it is not retried for ever.
      if (held.length === 0 || how === 'retry') break;
    }
  }
  if (released > 0) return;
  if (options.all) say('Nothing is held.\n');
  else throw new OperateError(`${name} is not held: \`npm run outbox -- status\` lists what is.`);
}

function textOf({ type, id }: Aggregate): string {
  return `${type}/${id}`;
}

/** @returns the exit code */
export async function runOutboxCommand(line: CommandLine): Promise<number> {
  const say: Say = (text) => void line.output.write(text);
  return runOperator(line, HELP, async (options) => {
    const [command, , ...rest] = options.words;
    if (rest.length > 0) throw new OperateError(`'${rest[0]}' is too much: see --help.`);
    if (command !== 'status' && command !== 'retry' && command !== 'skip')
      throw new OperateError(`There is no command '${command}': status, retry or skip; see --help.`);
    await withDatabases(options, 'outbox', (databases) =>
      command === 'status' ? status(databases, options.json, say) : release(databases, options, say),
    );
  });
}
