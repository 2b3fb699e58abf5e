/**
 * A package as its users get it, in a folder: what `files` lists, with its README, changelog and license. npm applies the exclusions
 * of `files` when it packs.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PublishablePackage } from './publishable.ts';
import { publishedManifest } from './published-manifest.ts';

/** A package that is ready to be packed. */
export interface Stage {
  readonly name: string;
  readonly folder: string;
}

/** @param into a folder that is made; the package lies in a folder of its name in it */
export function stage(root: string, { folder, manifest }: PublishablePackage, into: string): Stage {
  const from = path.join(root, folder);
  const to = path.join(into, manifest.name.replace('/', '-').replace('@', ''));
  mkdirSync(to, { recursive: true });
  for (const entry of manifest.files ?? [])
    if (!entry.startsWith('!') && existsSync(path.join(from, entry)))
      cpSync(path.join(from, entry), path.join(to, entry), {
        recursive: true,
        filter: (source) => isCurrent(from, source),
      });
  writeFileSync(path.join(to, 'package.json'), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  const readme = path.join(from, 'README.md');
  if (existsSync(readme)) writeFileSync(path.join(to, 'README.md'), withoutOutwardLinks(readFileSync(readme, 'utf8')));
  for (const file of [path.join(from, 'CHANGELOG.md'), path.join(root, 'LICENSE')])
    if (existsSync(file)) cpSync(file, path.join(to, path.basename(file)));
  return { name: manifest.name, folder: to };
}

/** Helps the tests of the package, and nobody who installs it. */
const ofTests = /\.(spec|fixture|arbitrary)\.[a-z.]+$/;

/** The compiler leaves what it once wrote: a compiled file counts while its source is there. */
function isCurrent(packageFolder: string, file: string): boolean {
  const [group, ...rest] = path.relative(packageFolder, file).split(path.sep);
  const name = rest.at(-1) ?? '';
  if (name.endsWith('.tsbuildinfo') || name === 'node_modules') return false;
  if ((group === 'dist' || group === 'src') && ofTests.test(name)) return false;
  if (group !== 'dist' || !/\.(js|d\.ts)(\.map)?$/.test(name) || statSync(file).isDirectory()) return true;
  const source = rest.join(path.sep).replace(/\.(js|d\.ts)(\.map)?$/, '.ts');
  return existsSync(path.join(packageFolder, 'src', source)) || !existsSync(path.join(packageFolder, 'src'));
}

/** A link to another file of this workspace leads nowhere in a package: its text stays. */
function withoutOutwardLinks(readme: string): string {
  return readme.replaceAll(/\[([^\]]+)\]\(\.\.\/[^)]*\)/g, '$1');
}
