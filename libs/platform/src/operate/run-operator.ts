import { OperateError } from './operate-error.ts';
import { readOptions, type OperatorOptions } from './operator-options.ts';

/** What a command is given by the terminal, or by a test. */
export interface CommandLine {
  /** Folder of the workspace. */
  readonly root: string;
  /** What follows the script's name. */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly output: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

/** Runs an operator's command: help, expected failures as one line. @returns the exit code */
export async function runOperator(
  { root, args, environment, output, errors }: CommandLine,
  help: string,
  command: (options: OperatorOptions) => Promise<void>,
): Promise<number> {
  try {
    const options = readOptions(args, environment, root);
    if (options.help || options.words.length === 0) output.write(help);
    else await command(options);
    return 0;
  } catch (error) {
    if (!(error instanceof OperateError)) throw error;
    errors.write(`${error.message}\n`);
    return 1;
  }
}
