/**
 * Bundles every program of `apps/` as CommonJS: `dist/programs/`, what programs share once, and `apps/<name>/dist/main.cjs`, which is
 * started. Why: docs/adr/0044-ready-in-seconds.md. The broker has a bundle of its own (docs/adr/0012-the-program-is-bundled.md).
 *
 *     node tools/launch/bundle.js
 *
 * A program is what `tsc` made of it: decorators and their metadata stay as they are. What V8 compiles of it is kept beside the bundles
 * (`compile-cache/`), so that the next start need not compile.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import { packagesOutside } from './packages-outside.js';
import { root } from './setup.js';

const folder = 'dist/programs';
const workspaceModule = /[\\/](?:apps|libs)[\\/][^\\/]+[\\/]dist[\\/].*\.js$/;

/** Compiled entries by their names, from the root: services and what they fork. */
function programs() {
  const mains = fs.globSync('apps/*/dist/main.js', { cwd: root }).filter((file) => !file.startsWith('apps/broker/'));
  const forked = fs.globSync('apps/*/dist/**/{query-process,*.worker}.js', { cwd: root });
  return Object.fromEntries([...mains, ...forked].map((file) => [nameOf(file), file]));
}

/** `apps/connect/dist/main.js` is `connect`, `apps/connect/dist/lake/query/query-process.js` is `connect.query-process`. */
function nameOf(file) {
  const app = file.split(path.sep)[1];
  const name = path.basename(file, '.js');
  return name === 'main' ? app : `${app}.${name}`;
}

/** `import.meta.dirname` goes on meaning the folder of the compiled module, beside which its files are; its `filename` ends in `.cjs`. */
const keepFolders = {
  name: 'keep-folders',
  transform: {
    filter: { id: workspaceModule, code: 'import.meta.' },
    handler(code, id) {
      const place = path.relative(path.join(root, folder), id);
      const file = `require('node:path').join(__dirname, ${JSON.stringify(place.replace(/\.js$/, '.cjs'))})`;
      return code
        .replaceAll('import.meta.dirname', `require('node:path').dirname(${file})`)
        .replaceAll('import.meta.filename', file);
    },
  },
};

/** @returns the modules of the workspace that the bundles are made of */
async function bundle(entries) {
  const { output } = await build({
    cwd: root,
    input: entries,
    platform: 'node',
    external: packagesOutside,
    plugins: [keepFolders],
    // Packages look for others that need not be there, and say so when they are asked for one.
    onLog: (level, log, tell) => (log.id?.includes('node_modules') ? undefined : tell(level, log)),
    output: {
      dir: folder,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'shared.[name].cjs',
      // Names of classes are names of migrations, of providers and in the OpenAPI document.
      keepNames: true,
      comments: false,
    },
  });
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds).filter((id) => workspaceModule.test(id));
  return modules.map((id) => path.relative(root, id));
}

/** What is started: it has to find the compiled code before the first module is loaded. */
function writeDoor([name, file]) {
  const programFolder = path.relative(path.dirname(file), folder);
  const lines = [
    `require('node:module').enableCompileCache(require('node:path').join(__dirname, '${programFolder}/compile-cache'));`,
    `require('${programFolder}/${name}.cjs');`,
  ];
  fs.writeFileSync(path.join(root, file.replace(/\.js$/, '.cjs')), `${lines.join('\n')}\n`);
}

/** Lets a program load all that it is made of, and end: Node keeps what it compiled. */
function run(name, ...args) {
  return new Promise((resolve, reject) => {
    const program = path.join(root, 'apps', name, 'dist/main.cjs');
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with exit code ${code}`))));
  });
}

/** A service that describes itself has loaded all of it and made its modules; it needs no Kafka and no database for that. */
async function keepCompiledCode(apps) {
  const warm = async () => {
    for (let app = apps.shift(); app !== undefined; app = apps.shift()) await run(app, '--write-openapi', os.devNull);
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, warm));
}

function isService(app) {
  const { headwater } = JSON.parse(fs.readFileSync(path.join(root, 'apps', app, 'package.json'), 'utf8'));
  return headwater?.port !== undefined;
}

const entries = programs();
fs.rmSync(path.join(root, folder), { recursive: true, force: true });
const modules = await bundle(entries);
for (const entry of Object.entries(entries)) writeDoor(entry);
await keepCompiledCode(Object.keys(entries).filter((name) => !name.includes('.') && isService(name)));
fs.writeFileSync(path.join(root, folder, 'modules.json'), JSON.stringify(modules));
