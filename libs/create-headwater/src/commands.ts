/** The programs that a new workspace is made with: npm, and the generators that it then holds. Their output is shown when they fail. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CreateError } from './create-error.ts';

const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
const unreachable = /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET/;

/** Installs what package.json names. @throws CreateError that tells why in a line */
export async function installPackages(folder: string): Promise<void> {
  // An install would try for each package again and again before it says that nobody answers.
  const ping = await run(folder, [
    ...npmCommand(),
    'ping',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    ...quiet,
  ]);
  const preference = unreachable.test(ping.output) ? '--offline' : '--prefer-offline';
  const { code, output } = await run(folder, [...npmCommand(), 'install', preference, ...quiet]);
  if (code !== 0) throw new CreateError(installFailure(output));
}

function installFailure(output: string): string {
  if (unreachable.test(output) || output.includes('ENOTCACHED'))
    return 'The package registry could not be reached: check the network and the registry setting of npm.';
  const [, status, url] = /\b(\d{3} [A-Z][\w ]+) - GET (\S+)/.exec(output) ?? [];
  if (status !== undefined)
    return `The package registry answers ${status} to ${url}: check the registry setting of npm, or take Headwater's packages from a folder with --packages.`;
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full: make at least 1.5 GB free.';
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.includes('A complete log'));
  return `npm install failed: ${lines.slice(0, 6).join(' ').replaceAll('npm error ', '')}`;
}

/** Runs a generator of the workspace's own `@headwater/nx`. @throws CreateError */
export async function generate(folder: string, generator: string, args: readonly string[]): Promise<void> {
  const nx = path.join(folder, 'node_modules/nx/dist/bin/nx.js');
  const { code, output } = await run(folder, [process.execPath, nx, 'generate', `@headwater/nx:${generator}`, ...args]);
  if (code !== 0) throw new CreateError(`The generator ${generator} failed: ${output.trim()}`);
}

/** npm as it was called, so that the user's own npm and its settings are used. */
function npmCommand(): string[] {
  const cli = process.env['npm_execpath'];
  return cli !== undefined && cli.endsWith('.js') && existsSync(cli) ? [process.execPath, cli] : ['npm'];
}

function run(cwd: string, [command = '', ...args]: readonly string[]): Promise<{ code: number; output: string }> {
  // One generator is run: a daemon, and processes of their own for plugins, would cost more than they save.
  const env = { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
