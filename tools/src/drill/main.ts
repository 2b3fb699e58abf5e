/** `npm run drill -- NAME [options]`: breaks the broker on purpose and looks whether it keeps what it promised. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { commandOf, parseCommandLine, UsageError, type Command } from './command-line.ts';
import { drills } from './drills.ts';
import { Progress } from './progress.ts';
import { Violation } from './violation.ts';

const LARGEST_SEED = 2 ** 31;

async function runDrill({ drill, numbers, seed }: Extract<Command, { kind: 'drill' }>): Promise<number> {
  const progress = new Progress(process.stdout);
  const command = commandOf(drill, numbers, seed);
  progress.say(`${drill.name}, seed ${seed}`);
  const startedMs = performance.now();
  const folder = fs.mkdtempSync(join(os.tmpdir(), `headwater-${drill.name}-`));
  try {
    const { say, show: onProgress } = progress;
    const summary = await drill.run({ numbers, seed, folder, say, onProgress });
    fs.rmSync(folder, { recursive: true, force: true });
    for (const [name, value] of Object.entries(summary)) {
      const shown = typeof value === 'number' ? value.toLocaleString('en-US') : value;
      progress.say(`  ${name.padEnd(44)} ${shown.padStart(14)}`);
    }
    progress.say(`${drill.name} passed in ${((performance.now() - startedMs) / 1000).toFixed(0)} s, seed ${seed}`);
    return 0;
  } catch (error) {
    const what = error instanceof Violation ? error.message : error instanceof Error ? error.stack : String(error);
    progress.say(`${drill.name} failed: ${what}`);
    progress.say(`The folder is kept: ${folder}`);
    progress.say(`Again: ${command}`);
    return 1;
  }
}

try {
  const newSeed = Math.floor(Math.random() * LARGEST_SEED);
  const command = parseCommandLine(process.argv.slice(2), drills, newSeed);
  if (command.kind === 'help') process.stdout.write(command.text);
  else process.exitCode = await runDrill(command);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
