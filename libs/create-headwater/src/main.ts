#!/usr/bin/env node
/** `npm create headwater`: loads on any Node that npm runs on, so that an old one is told what is needed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HELP, parseCommandLine, type CreateOptions } from './command-line.ts';
import { CreateError } from './create-error.ts';
import { createWorkspace, type Step } from './create-workspace.ts';

const NEEDED_NODE = [24, 9] as const;

function assertNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) return;
  throw new CreateError(
    `Headwater needs Node ${NEEDED_NODE.join('.')} or newer (this is ${version}): install it from nodejs.org and run the command again.`,
  );
}

const step: Step = async (title, work) => {
  const startMs = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`… ${title}`);
  await work();
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[2K' : ''}✓ ${title} ${seconds} s\n`);
};

async function create(options: CreateOptions): Promise<void> {
  assertNode(process.versions.node);
  await createWorkspace(options, step);
  const folder = path.relative(process.cwd(), options.folder) || '.';
  process.stdout.write(`
${options.name} is ready.

  cd ${folder}
  npm start                                    the broker, PostgreSQL and the services; shows their addresses
  npm test                                     every service's tests, on the real broker and the real PostgreSQL
  npx nx g @headwater/nx:service NAME --help   the next service
`);
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(args, process.cwd());
  if (command.kind === 'help') process.stdout.write(HELP);
  else if (command.kind === 'version') {
    const manifest = readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8');
    process.stdout.write(`${(JSON.parse(manifest) as { version: string }).version}\n`);
  } else await create(command.options);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof CreateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
