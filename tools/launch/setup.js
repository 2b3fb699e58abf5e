/**
 * Brings a fresh clone to the point where the pinned Node can run it: installs what is missing, finds that Node, builds what is
 * stale. Plain JavaScript without dependencies, because it runs on whatever Node >= 20 the machine has, before anything is there.
 *
 * Every failure a user can cause or mend is a `SetupError`: one line that says what is wrong and what to do.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isFresh, markFresh } from './freshness.js';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');

const minimumNode = [24, 9];
/** The platforms whose Node is among the optional dependencies. */
const nodesOfTheRegistry = new Set(['linux-x64', 'linux-arm64']);
const installBytes = 1_500_000_000;
const stampFile = path.join(root, 'node_modules', '.headwater-install');
const lockFolder = path.join(root, '.headwater', 'setup.lock');

/** Where the launcher looks for it (parts.ts of `@headwater/platform`). */
export const spareCluster = '.headwater/postgres.spare';

export class SetupError extends Error {}

/** Installs dependencies when the lockfile differs from the one that was last installed. */
export async function ensureInstalled() {
  if (!nodesOfTheRegistry.has(platform()) && !isNewEnough(process.version)) throw new SetupError(nodeTooOld());
  const wanted = installFingerprint();
  if (readIfThere(stampFile) === wanted) return;
  await withLock(async () => {
    if (readIfThere(stampFile) === wanted) return;
    checkSpace();
    const started = Date.now();
    const stopProgress = progress('Installing packages from the registry (about a minute the first time)');
    const { code, output } = await run(...npmCommand(), 'ci', '--no-audit', '--no-fund', '--loglevel=error');
    stopProgress(code === 0 ? `Installed packages in ${seconds(started)}` : undefined);
    if (code !== 0) throw new SetupError(installFailure(output));
    fs.writeFileSync(stampFile, wanted);
  });
}

/**
 * The path of the Node that the project runs on: the pinned one from the package registry where there is one for this machine,
 * else the system's when it is new enough.
 */
export function pinnedNode() {
  const fromRegistry = path.join(root, 'node_modules', `node-${platform()}`, 'bin', 'node');
  if (fs.existsSync(fromRegistry)) {
    const { status, stdout } = spawnSync(fromRegistry, ['--version'], { encoding: 'utf8' });
    if (status === 0 && isNewEnough(stdout.trim())) return fromRegistry;
  }
  if (isNewEnough(process.version)) return process.execPath;
  throw new SetupError(nodeTooOld());
}

/** Compiles what changed since the last time. */
export async function ensureCompiled(node = pinnedNode()) {
  await withLock(async () => {
    if (!isFresh(root)) await compile(node);
  });
}

const compile = (node) => build(node, 'Compiling', () => true, ['node_modules/@typescript/native/bin/tsc', '-b']);

/**
 * Compiles what changed, and bundles the programs that are started.
 * @param asksEach asks each builder what there is to do, whatever times of files say: what `npm run build` is called for
 * @returns whether there was anything to do
 */
export async function ensureBuilt(node = pinnedNode(), { asksEach = false } = {}) {
  let isDone = false;
  await withLock(async () => {
    if (!asksEach && isFresh(root)) return;
    isDone = true;
    const beganMs = Date.now();
    await compile(node);
    await build(node, 'Bundling the broker', brokerIsStale, [
      'node_modules/rolldown/bin/cli.mjs',
      '--config',
      'apps/broker/rolldown.config.js',
      '--logLevel',
      'warn',
    ]);
    await build(node, 'Bundling the services', bundlesAreStale, ['tools/launch/bundle.js']);
    await build(node, 'Building the console page', pageIsStale, [
      'node_modules/vite/bin/vite.js',
      'build',
      'apps/console',
      '--logLevel',
      'error',
    ]);
    markFresh(root, beganMs);
  });
  return isDone;
}

/** For the first start of the demo, which takes it over instead of making one while services wait for it. */
export async function ensureSpareCluster(node = pinnedNode()) {
  const title = 'Making a database cluster for the first start';
  await withLock(() => build(node, title, isSpareMissing, ['tools/launch/spare-cluster.js']));
}

async function build(node, title, isStale, args) {
  if (!isStale()) return;
  const stopProgress = progress(title);
  const { code, output } = await run(node, ...args);
  stopProgress();
  if (code === 0) return;
  if (/ENOSPC|no space left/i.test(output)) throw new SetupError(diskFull());
  throw new SetupError(`${title} failed:\n${output.trim()}`);
}

/** The broker's program is bundled from the sources of these projects. */
function brokerIsStale() {
  return isOlder('apps/broker/dist/broker.cjs', [
    'apps/broker/rolldown.config.js',
    'apps/broker/src',
    'libs/broker/src',
    'libs/messaging/src',
    'libs/schema-registry/src',
  ]);
}

/** The bundles say which compiled modules they are made of; a program among those of `apps/` may be new. */
function bundlesAreStale() {
  const list = 'dist/programs/modules.json';
  const modules = JSON.parse(readIfThere(path.join(root, list)) ?? '[]');
  const mains = fs.readdirSync(path.join(root, 'apps')).map((app) => `apps/${app}/dist/main.js`);
  const isNew = (main) => !main.startsWith('apps/broker/') && !modules.includes(main);
  if (mains.some((main) => isNew(main) && fs.existsSync(path.join(root, main)))) return true;
  return isOlder(list, ['tools/launch/bundle.js', 'package-lock.json', ...modules]);
}

/** The page is built from the console's sources, some of which it shares with its API. */
function pageIsStale() {
  return isOlder('apps/console/dist/page/index.html', ['apps/console/vite.config.js', 'apps/console/src']);
}

const isSpareMissing = () => !fs.existsSync(path.join(root, spareCluster, 'data'));

/** Whether a built file is missing, or older than a file among its inputs (files and folders); inputs that are not there count for nothing. */
function isOlder(builtFile, inputs) {
  const built = fs.statSync(path.join(root, builtFile), { throwIfNoEntry: false });
  const files = inputs.flatMap((input) => filesOf(path.join(root, input)));
  return files.some((file) => !built || fs.statSync(file).mtimeMs > built.mtimeMs);
}

function filesOf(input) {
  const facts = fs.statSync(input, { throwIfNoEntry: false });
  if (!facts) return [];
  if (!facts.isDirectory()) return [input];
  return fs
    .readdirSync(input, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** What is to be installed, as a hash. A service that was added or taken away is none of it: nobody imports a service. */
function installFingerprint() {
  const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(packages).filter(
    ([where, { resolved = '' }]) => !isService(where) && !isService(resolved),
  );
  return createHash('sha256').update(JSON.stringify(installed)).update(platform()).digest('hex');
}

const isService = (folder) => folder.startsWith('apps/');

function installFailure(output) {
  if (/ENOSPC|no space left/i.test(output)) return diskFull();
  const reason = output
    .trim()
    .split('\n')
    .filter((line) => !/A complete log/.test(line))
    .slice(0, 12)
    .join('\n');
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i.test(output))
    return `The package registry could not be reached: check the network and npm's registry setting, then run the command again.\n${reason}`;
  if (/EACCES|EPERM/.test(output))
    return `No permission to write in ${root}: run the command as the folder's owner, or change its owner.\n${reason}`;
  return `npm ci failed:\n${reason}`;
}

function checkSpace() {
  const { bavail, bsize } = fs.statfsSync(root);
  if (bavail * bsize < installBytes) throw new SetupError(diskFull());
}

function diskFull() {
  return `The disk that holds ${root} is full: make at least ${(installBytes / 1e9).toFixed(1)} GB free and run the command again.`;
}

const platform = () => `${process.platform}-${process.arch}`;

function nodeTooOld() {
  return `Headwater needs Node ${minimumNode.join('.')} or newer on ${platform()} (this is ${process.version}): install it from nodejs.org and run the command again.`;
}

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
}

/** npm as it was called, so that the user's own npm and its settings are used. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  return cli && fs.existsSync(cli) && cli.endsWith('.js') ? [process.execPath, cli] : ['npm'];
}

function run(command, ...args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-200_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** One setup at a time: a `npm start` and a `npm test` begun together on a fresh clone must not install over each other. */
async function withLock(work) {
  fs.mkdirSync(path.dirname(lockFolder), { recursive: true });
  for (let told = false; ;) {
    try {
      fs.mkdirSync(lockFolder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readIfThere(path.join(lockFolder, 'pid')));
      if (owner ? !isAlive(owner) : Date.now() - fs.statSync(lockFolder, { throwIfNoEntry: false })?.mtimeMs > 5000) {
        fs.rmSync(lockFolder, { recursive: true, force: true });
        continue;
      }
      if (!told) say(`Waiting for another setup of this folder (process ${owner || '?'})`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  fs.writeFileSync(path.join(lockFolder, 'pid'), String(process.pid));
  try {
    await work();
  } finally {
    fs.rmSync(lockFolder, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Shows that work goes on: a line that counts seconds on a terminal, one plain line after two seconds elsewhere. */
function progress(title) {
  const started = Date.now();
  let shown = false;
  const timer = setInterval(() => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${title}: ${seconds(started)}`);
    else if (!shown) say(`${title} …`);
    shown = true;
  }, 1000);
  return (done) => {
    clearInterval(timer);
    if (shown && process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
    if (done) say(done);
  };
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(0)} s`;
const say = (line) => process.stderr.write(`${line}\n`);
