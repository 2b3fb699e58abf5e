#!/usr/bin/env node
/** The program `headwater`, for the workspace that it is started in. */
import { launch } from './launcher/index.ts';

const HELP = `headwater: the workspace in this folder

Usage: headwater COMMAND [options]

  start       PostgreSQL, broker, schema registry and every service, until Ctrl-C
  contracts   generate libs/contracts, AsyncAPI documents and the catalogue from schemas/

headwater COMMAND --help says more.
`;

const commands: Readonly<Record<string, (root: string, args: readonly string[]) => Promise<void>>> = {
  start: launch,
  async contracts(root, args) {
    const { runContracts } = await import('@headwater/contracts-generator');
    process.exitCode = await runContracts(root, args, console);
  },
};

const [name = '--help', ...args] = process.argv.slice(2);
const command = commands[name];
if (command) await command(process.cwd(), args);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(`There is no command '${name}': one of ${Object.keys(commands).join(', ')}; see --help.\n`);
  process.exitCode = 1;
}
