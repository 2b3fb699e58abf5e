/** `npm run outbox -- status|retry|skip|drop-slot`: what waits in the outboxes, and what to do with messages that can never be published. */
import { dropWalRelay, Outbox, walRelayState, type Aggregate, type WalRelayState } from '@headwater/event-sourcing';
import { withDatabases, type OpenDatabase } from '../databases.ts';
import { OperateError } from '../operate-error.ts';
import { SHARED_HELP, type OperatorOptions } from '../operator-options.ts';
import { runOperator, type CommandLine } from '../run-operator.ts';
import { bytesText, durationText, textTable } from '../text-table.ts';

const HELP = `What waits in the services' outboxes

Usage: npm run outbox -- COMMAND [options]

  status            what waits to be published, and the aggregates that are held behind a message that cannot be
  retry TYPE/ID     try the message of a held aggregate once more; what waits behind it follows in order
  skip TYPE/ID      drop that message for good; what waits behind it follows
  drop-slot SLOT    give up the slot of a relay from the write-ahead log that runs no more: without a reader it keeps log for ever

  --all             retry or skip: every held aggregate
${SHARED_HELP}`;

type Say = (text: string) => void;

async function status(databases: readonly OpenDatabase[], json: boolean, say: Say): Promise<void> {
  const states = await Promise.all(
    databases.map(async ({ name, dataSource }) => {
      const outbox = new Outbox(dataSource);
      const walRelays = await walRelayState(dataSource);
      return { database: name, ...(await outbox.state()), held: await outbox.heldAggregates(), walRelays };
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
  const slots = states.flatMap(({ database, walRelays }) => walRelays.map((relay) => slotRow(database, relay)));
  if (slots.length > 0)
    say(`\n${textTable(['database', 'slot', 'relay', 'log', 'behind', 'kept', 'until given up'], slots)}`);
  if (held.length === 0) return;
  say(`\n${textTable(['database', 'held', 'topic', 'message', 'waiting', 'since', 'why'], held)}`);
  say('\nRelease one by `npm run outbox -- retry TYPE/ID`, or drop its message by `npm run outbox -- skip TYPE/ID`.\n');
}

function slotRow(database: string, relay: WalRelayState): string[] {
  const state = relay.active ? (relay.state === 'takeover' ? 'taking over' : 'reads') : 'NOBODY READS';
  const { lagBytes, retainedBytes, safeBytes } = relay;
  const left = safeBytes === undefined ? 'no limit' : bytesText(safeBytes);
  return [database, relay.slot, state, relay.walStatus, bytesText(lagBytes), bytesText(retainedBytes), left];
}

async function dropSlot(databases: readonly OpenDatabase[], slot: string | undefined, say: Say): Promise<void> {
  if (slot === undefined)
    throw new OperateError('drop-slot needs the name of a slot: `npm run outbox -- status` lists them.');
  for (const { name, dataSource } of databases) {
    const relay = (await walRelayState(dataSource)).find((one) => one.slot === slot);
    if (!relay) continue;
    if (relay.active) throw new OperateError(`A relay reads from slot ${slot}: stop it first.`);
    await dropWalRelay(dataSource, slot);
    say(`${name}: slot ${slot} is dropped; what is not published waits in the table\n`);
    return;
  }
  throw new OperateError(`No outbox has a slot ${slot}: \`npm run outbox -- status\` lists them.`);
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
    const commands: Readonly<Record<string, (databases: readonly OpenDatabase[]) => Promise<void>>> = {
      status: (databases) => status(databases, options.json, say),
      retry: (databases) => release(databases, options, say),
      skip: (databases) => release(databases, options, say),
      'drop-slot': (databases) => dropSlot(databases, options.words[1], say),
    };
    const run = commands[command ?? ''];
    if (!run)
      throw new OperateError(`There is no command '${command}': ${Object.keys(commands).join(', ')}; see --help.`);
    await withDatabases(options, 'outbox', run);
  });
}
