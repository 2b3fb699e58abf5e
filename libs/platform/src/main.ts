#!/usr/bin/env node
/** The program `headwater`, for the workspace that it is started in. */
import { complaintAbout } from './node-version.ts';

const HELP = `headwater: the workspace in this folder

Usage: headwater COMMAND [options]

  start         PostgreSQL, broker, schema registry and every service, until Ctrl-C
  contracts     generate libs/contracts, AsyncAPI documents and the catalogue from schemas/
  outbox        what waits in the services' outboxes, and what to do with messages that can never be published
  projections   how far the services' read models are, and building one anew
  dead-letters  what subscriptions could not process, and what to do with it

headwater COMMAND --help says more.
`;

type Command = (root: string, args: readonly string[]) => Promise<void>;

const operate =
  (command: 'outbox' | 'projections' | 'dead-letters'): Command =>
  async (root, args) => {
    const { operatorCommands } = await import('./operate/index.ts');
    const { env: environment, stdout: output, stderr: errors } = process;
    process.exitCode = await operatorCommands[command]({ root, args, environment, output, errors });
  };

const commands: Readonly<Record<string, Command>> = {
  async start(root, args) {
    const { launch } = await import('./launcher/index.ts');
    await launch(root, args);
  },
  async contracts(root, args) {
    const { runContracts } = await import('@headwater/contracts-generator');
    process.exitCode = await runContracts(root, args, console);
  },
  outbox: operate('outbox'),
  projections: operate('projections'),
  'dead-letters': operate('dead-letters'),
};

const [name = '--help', ...args] = process.argv.slice(2);
const command = commands[name];
const complaint = complaintAbout(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 1;
} else if (command) await command(process.cwd(), args);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(`There is no command '${name}': one of ${Object.keys(commands).join(', ')}; see --help.\n`);
  process.exitCode = 1;
}
