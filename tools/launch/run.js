/**
 * The door of every npm script: brings the clone up to date, then runs the command on the pinned Node.
 *
 *     node tools/launch/run.js <command> [arguments]
 *
 * Plain JavaScript: it runs on any Node >= 20 before anything is installed.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import {
  SetupError,
  ensureBuilt,
  ensureCompiled,
  ensureInstalled,
  ensureSpareCluster,
  pinnedNode,
  root,
} from './setup.js';

/** What each command runs, and what it needs first: the compiled sources, or also the programs that are bundled of them. */
const commands = {
  start: { script: 'tools/dist/demo/main.js', needs: ensureReadyToStart },
  broker: { script: 'apps/broker/dist/broker.cjs', needs: ensureBuilt },
  simulate: { script: 'apps/simulator/dist/main.cjs', needs: ensureBuilt },
  bench: { script: 'tools/dist/bench/main.js', needs: ensureBuilt },
  drill: { script: 'tools/dist/drill/main.js', needs: ensureBuilt },
  kafka: { script: 'tools/dist/kafka/main.js', needs: ensureCompiled },
  outbox: { script: 'libs/platform/dist/main.js', arguments: ['outbox'], needs: ensureCompiled },
  projections: { script: 'libs/platform/dist/main.js', arguments: ['projections'], needs: ensureCompiled },
  'dead-letters': { script: 'libs/platform/dist/main.js', arguments: ['dead-letters'], needs: ensureCompiled },
  contracts: { script: 'tools/dist/contracts/main.js', needs: ensureCompiled },
  docs: { script: 'tools/dist/site/main.js', needs: ensureCompiled },
  pack: { script: 'tools/dist/pack/main.js', needs: ensureBuilt },
  openapi: { script: 'tools/launch/openapi.js', needs: ensureBuilt },
  test: { script: 'tools/launch/test.js', needs: ensureBuilt },
  build: { script: 'tools/launch/built.js', needs: (node) => ensureReadyToStart(node, { asksEach: true }) },
  lint: { script: 'tools/launch/lint.js' },
  format: {
    script: 'node_modules/prettier/bin/prettier.cjs',
    arguments: ['--write', '--log-level', 'warn', '.'],
  },
  reference: { script: 'node_modules/typedoc/bin/typedoc' },
  nx: { script: 'node_modules/nx/dist/bin/nx.js', needs: ensureCompiled },
};

async function ensureReadyToStart(node, options) {
  if (await ensureBuilt(node, options)) await ensureSpareCluster(node);
}

async function main([name, ...args]) {
  const command = commands[name];
  if (!command) throw new SetupError(`Unknown command '${name}': one of ${Object.keys(commands).join(', ')}.`);
  await ensureInstalled();
  const node = pinnedNode();
  await command.needs?.(node);
  return await supervise(node, [path.join(root, command.script), ...(command.arguments ?? []), ...args]);
}

/** Runs the child in the foreground: signals reach it, and its exit code or signal becomes ours. */
function supervise(node, args) {
  return new Promise((resolve, reject) => {
    const binFolders = [path.dirname(node), path.join(root, 'node_modules', '.bin')];
    const env = { NX_DAEMON: 'false', ...process.env, PATH: [...binFolders, process.env.PATH].join(path.delimiter) };
    const child = spawn(node, args, { cwd: root, stdio: 'inherit', env });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code));
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
