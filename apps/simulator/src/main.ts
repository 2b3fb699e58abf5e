import { resolve } from 'node:path';
import { HELP, parseCommandLine } from './command-line.ts';
import { runReplay } from './run-replay.ts';
import { SimulatorError } from './simulator-error.ts';

/** npm runs scripts at the project's root and keeps the user's folder in INIT_CWD; both are tried for relative paths. */
const folders = [process.env['INIT_CWD'], process.cwd(), resolve(import.meta.dirname, '../../..')].filter(
  (folder) => folder !== undefined,
);

try {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.kind === 'help') process.stdout.write(HELP);
  else if (!(await runReplay(command.options, { output: process.stdout, folders }))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof SimulatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
