/** `npm run dead-letters -- COMMAND`: what could not be processed, and what to do with it. */
import type { TopicContract } from '@headwater/contract-kit';
import { MessagingError } from '@headwater/messaging';
import { OperateError } from '../operate-error.ts';
import type { CommandLine } from '../run-operator.ts';
import { readDeadLettersOptions, type DeadLettersOptions } from './dead-letters-options.ts';
import { listLetters, settleLetters, showLetter } from './letters.ts';
import { codecOf, withMessaging } from './messaging-connection.ts';
import { runParked } from './parked.ts';
import { topicsOf } from './topics-of.ts';

const HELP = `What subscriptions could not process: dead letters in their topics, and parked keys in services' databases

Usage: npm run dead-letters -- COMMAND [options]

  list                      every dead-letter topic that holds letters
  list DLTOPIC              its open letters; --all shows those that were redriven or discarded too
  show DLTOPIC PART/OFFSET  a letter whole: account, headers, event
  redrive DLTOPIC           gives open letters to the group whose letters they are, and to no other
  discard DLTOPIC           notes that open letters are of no more use
  parked                    parked keys; with --key also what waits of it
  release                   lets a parked key go on, what waits first, in order
  skip                      takes one message of a parked key out of its line
  edit                      gives one message of a parked key another event, checked against its contract

Which ones (list, redrive, discard, parked, release):
  --key KEY  --error TEXT (class, code or a part of the reason)  --header NAME=VALUE  --since TIME  --until TIME
  --partition N  --offset N  --group GROUP  --topic TOPIC  --limit N  --all
  TIME is ISO 8601, or how long ago: 90s, 15m, 2h, 3d

How (redrive, discard, release, skip, edit):
  --why TEXT          the reason, which is kept with the change; --who NAME, else the user of this machine
  --dry-run           redrive, discard: only say what would be done
  --rate N            redrive, discard: letters in a second, at most
  --max-redrives N    redrive: leave letters that were redriven so often                 (default 3)
  --offset N          skip, edit: the message, as \`parked --key KEY\` shows it
  --value JSON        edit: the event; @FILE reads a file, - the standard input; --event NAME another kind of event

Where:
  --broker HOST:PORT  --registry URL                                       (default those of what runs here)
  --url URL           connection string of a database; may be given again (default DATABASE_URL, else those of what runs here)
  --database NAME     only this database; may be given again
  --dir DIR           folder of data, logs and addresses                   (default .headwater, or HEADWATER_DIR)
  --json              print JSON
  --help              print this
`;

type Run = (
  options: DeadLettersOptions,
  topics: readonly TopicContract[],
  output: CommandLine['output'],
) => Promise<void>;

const onParked =
  (command: 'parked' | 'release' | 'skip' | 'edit'): Run =>
  async (options, topics, output) =>
    runParked(command, options, topics, await codecOf(options), output);

const commands: Readonly<Record<string, Run>> = {
  list: (options, topics, output) =>
    withMessaging(options, topics, (connection) => listLetters(connection, options, output)),
  show: (options, topics, output) =>
    withMessaging(options, topics, (connection) => showLetter(connection, topics, options, output)),
  redrive: (options, topics, output) =>
    withMessaging(options, topics, (connection) => settleLetters('redrive', connection, options, output)),
  discard: (options, topics, output) =>
    withMessaging(options, topics, (connection) => settleLetters('discard', connection, options, output)),
  parked: onParked('parked'),
  release: onParked('release'),
  skip: onParked('skip'),
  edit: onParked('edit'),
};

/** @returns the exit code */
export async function runDeadLettersCommand(
  { root, args, environment, output, errors }: CommandLine,
  contracts?: readonly TopicContract[],
): Promise<number> {
  try {
    const options = readDeadLettersOptions(args, environment, root);
    const [name] = options.words;
    if (options.help || name === undefined) {
      output.write(HELP);
      return 0;
    }
    const command = commands[name];
    if (!command)
      throw new OperateError(`There is no command '${name}': ${Object.keys(commands).join(', ')}; see --help.`);
    await command(options, contracts ?? (await topicsOf(root)), output);
    return 0;
  } catch (error) {
    if (!(error instanceof OperateError) && !(error instanceof MessagingError)) throw error;
    errors.write(`${error.message}\n`);
    return 1;
  }
}
