/** The packed packages in an empty application, with nothing of this workspace near it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { pack, publishablePackages } from './index.ts';
import { Outside } from './outside.fixture.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Programs and generators, which a workspace needs and an application does not. */
const ofWorkspaces = ['@headwater/nx', '@headwater/platform', '@headwater/contracts-generator', 'create-headwater'];
const names = publishablePackages(root)
  .map(({ manifest }) => manifest.name)
  .filter((name) => !ofWorkspaces.includes(name));

const compilerOptions = {
  target: 'es2024',
  lib: ['esnext'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  rootDir: 'src',
  outDir: 'dist',
  // Another workspace's own condition of this name must not lead into the packages.
  customConditions: ['@headwater/source'],
};

const outside = new Outside();
const runners = readdirSync(path.join(root, 'examples')).filter((name) => !name.endsWith('.md'));

function write(file: string, content: object | string): void {
  mkdirSync(path.dirname(outside.path(file)), { recursive: true });
  writeFileSync(outside.path(file), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
}

/** The first program of an installed package's README, and what it says that the program prints. */
function exampleOf(name: string): { program: string; output: string } | undefined {
  const readme = readFileSync(outside.path('node_modules', name, 'README.md'), 'utf8');
  const [, program, output] = /```ts\n([\s\S]*?)```[\s\S]*?prints\n[\s\S]*?```text\n([\s\S]*?)```/.exec(readme) ?? [];
  return program === undefined || output === undefined ? undefined : { program, output };
}

const fileOf = (name: string): string => name.replace('@headwater/', '');

/** A second installation takes minutes; the workspace of `new-workspace.e2e.spec.ts` works with the same packages. */
const absence =
  process.env['HEADWATER_THOROUGH'] === undefined ? 'HEADWATER_THOROUGH is not set, as for each `npm test`' : undefined;

describeUnless(absence, 'the packages, installed from tarballs', () => {
  beforeAll(async () => {
    const packed = pack(root, outside.path('packages'), names);
    const { allowScripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      allowScripts: object;
    };
    write('package.json', {
      name: 'shop',
      private: true,
      type: 'module',
      workspaces: ['examples/*'],
      dependencies: Object.fromEntries(packed.map(({ name, file }) => [name, `file:packages/${path.basename(file)}`])),
      devDependencies: {
        '@types/node': '24.19.2',
        '@types/pg': '8.23.1',
        '@typescript/native': 'npm:typescript@7.0.2',
      },
      allowScripts,
    });
    write('tsconfig.json', { compilerOptions, include: ['src'] });
    for (const runner of runners)
      cpSync(path.join(root, 'examples', runner), outside.path('examples', runner), { recursive: true });
    await outside.succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']);
  }, 600_000);

  afterAll(() => outside[Symbol.dispose]());

  it('work by their READMEs, and compile', async () => {
    const examples = names.flatMap((name) => {
      const example = exampleOf(name);
      return example ? [{ name, ...example }] : [];
    });
    expect(examples.map(({ name }) => name)).toEqual(names);
    for (const { name, program } of examples) write(`src/${fileOf(name)}.ts`, program);
    await outside.succeed('node', ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.json']);
    for (const { name, output } of examples) {
      // Where nobody gives it a logger, NestJS logs among what the program prints.
      const { code, stdout } = await outside.run('node', [`dist/${fileOf(name)}.js`]);
      const printed = stdout.replaceAll(/^.*\[Nest\].*\n/gm, '');
      expect({ name, code, printed }).toEqual({ name, code: 0, printed: output });
    }
  }, 300_000);

  it('bring the broker as a program', async () => {
    expect(await outside.succeed('node', ['node_modules/.bin/headwater-broker', '--version'])).toBe('0.1.0\n');
    expect(await outside.succeed('node', ['node_modules/.bin/headwater-broker', '--help'])).toContain('Usage:');
  });

  it.each(runners)(
    'serve tests of %s',
    async (runner) => {
      const said = await outside.succeed('npm', ['test', '--workspace', `examples/${runner}`]);
      expect(said).toMatch(/4 passed|pass 4/);
    },
    300_000,
  );
});
