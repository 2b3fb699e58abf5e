import { resolve } from 'node:path';
import { HELP, parseCommandLine, type Command } from './command-line.ts';
import { runDemo } from './run-demo.ts';
import { runLoadCommand } from './run-load.ts';
import { runReplay } from './run-replay.ts';
import { SimulatorError } from './simulator-error.ts';

/** npm runs scripts at the project's root and keeps the user's folder in INIT_CWD; both are tried for relative paths. */
const folders = [process.env['INIT_CWD'], process.cwd(), resolve(import.meta.dirname, '../../..')].filter(
  (folder) => folder !== undefined,
);

async function run(command: Command): Promise<boolean> {
  const place = { output: process.stdout, folders };
  if (command.kind === 'replay') return await runReplay(command.options, place);
  if (command.kind === 'load') return await runLoadCommand(command.options, place);
  if (command.kind === 'demo') return await runDemo(command.options, place, untilAskedToStop(), process.env);
  process.stdout.write(HELP);
  return true;
}

function untilAskedToStop(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

async function main(): Promise<void> {
  try {
    if (!(await run(parseCommandLine(process.argv.slice(2))))) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

void main();
