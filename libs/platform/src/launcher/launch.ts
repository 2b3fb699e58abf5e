/**
 * `npm start`. Runs until a signal asks for the end. Ctrl-C may arrive twice, from the terminal and from npm: only a
 * second one after a while means impatience.
 */
import { helpText, parseCommandLine, type DemoOptions } from './command-line.ts';
import { DemoError } from './demo-error.ts';
import { Demo } from './demo.ts';
import { casesOf, readServices, readSimulator } from './parts.ts';
import { Terminal } from './terminal.ts';

const IMPATIENCE_MS = 1500;

async function run(options: DemoOptions, root: string): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const demo = new Demo(options, root, terminal);
  let askedMs: number | undefined;

  const end = async (exitCode: number): Promise<never> => {
    await demo.stop();
    process.exit(exitCode);
  };
  const onSignal = (): void => {
    if (askedMs === undefined) {
      askedMs = performance.now();
      terminal.line('Stopping');
      void end(0);
    } else if (performance.now() - askedMs > IMPATIENCE_MS) {
      demo.kill();
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // A terminal that was closed: the signal ends the demo, not the failed write.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  try {
    await demo.start();
  } catch (error) {
    if (askedMs !== undefined) return;
    if (!(error instanceof DemoError)) {
      await demo.stop();
      throw error;
    }
    askedMs = performance.now();
    process.stderr.write(`${error.message}\n`);
    await end(1);
  }
}

/**
 * Starts what the workspace at `root` is made of, and runs until a signal asks for the end.
 *
 * @param args the arguments after the command's name; `--help` says which there are
 */
export async function launch(root: string, args: readonly string[]): Promise<void> {
  try {
    const services = readServices(root);
    const workspace = { services, cases: casesOf(services), hasSimulator: readSimulator(root) !== undefined };
    const command = parseCommandLine(args, process.env, root, workspace);
    if (command.kind === 'help') process.stdout.write(helpText(workspace));
    else await run(command.options, root);
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
