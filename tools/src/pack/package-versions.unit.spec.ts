/** What the packages say of versions agrees with what the workspace runs on. */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { publishablePackages, readManifest, type Manifest } from './publishable.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const packages = publishablePackages(root);
const installed = (name: string): string => readManifest(path.join(root, 'node_modules', name)).version;

const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** Whether a range of npm's form `^1.2.0` holds a version: no other form is written here. */
function holds(range: string, version: string): boolean {
  const [wanted, given] = [numbersOf(range.replace(/^\^/, '')), numbersOf(version)];
  // What is left of the first number that is not 0 must be the same, with it (semver.org, npm's caret ranges).
  const fixed = wanted.findIndex((number) => number > 0) + 1;
  if (!range.startsWith('^') || wanted.slice(0, fixed).join() !== given.slice(0, fixed).join()) return false;
  const differing = wanted.findIndex((number, index) => number !== given[index]);
  return differing < 0 || given[differing]! > wanted[differing]!;
}

/** The template of a new workspace, and the examples: they have versions of their own. */
const outside = [
  'libs/create-headwater/template',
  ...readdirSync(path.join(root, 'examples'))
    .map((name) => `examples/${name}`)
    .filter((folder) => existsSync(path.join(root, folder, 'package.json'))),
];

const versionsOf = ({ dependencies, devDependencies }: Manifest): [string, string][] =>
  Object.entries({ ...dependencies, ...devDependencies });

describe.each(packages.map(({ manifest }) => [manifest.name, manifest] as const))('%s', (_, manifest) => {
  it('gives peers ranges that hold what is tested with', () => {
    for (const [name, range] of Object.entries(manifest.peerDependencies ?? {}))
      expect({ name, range, holds: holds(range, installed(name)) }).toEqual({ name, range, holds: true });
  });

  it('pins the rest', () => {
    for (const [name, version] of versionsOf(manifest))
      expect({ name, pinned: /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version.replace(/^npm:.*@/, '')) }).toEqual({
        name,
        pinned: true,
      });
  });

  it('has a changelog of its version', () => {
    const folder = packages.find((each) => each.manifest === manifest)!.folder;
    expect(readFileSync(path.join(root, folder, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${manifest.version}\n`);
  });
});

describe.each(outside)('%s', (folder) => {
  it('takes the versions that this workspace takes', () => {
    for (const [name, version] of versionsOf(readManifest(path.join(root, folder)))) {
      const own = packages.find(({ manifest }) => manifest.name === name)?.manifest.version;
      if (own !== undefined) expect({ name, version }).toEqual({ name, version: `^${own}` });
      else if (existsSync(path.join(root, 'node_modules', name)))
        expect({ name, version: version.replace(/^npm:.*@/, '') }).toEqual({ name, version: installed(name) });
    }
  });
});
