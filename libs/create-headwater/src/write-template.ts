/**
 * Writes the files of a new workspace: those of template/, in which `__name__` stands for the workspace's name. A file that npm would
 * not pack or would obey begins with `_` there instead of a dot.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateError } from './create-error.ts';

const template = path.resolve(import.meta.dirname, '../template');

/** @throws CreateError when the folder holds something already */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new CreateError(`${folder} is not empty: take another name, or remove what is there.`);
}

export function clearFolder(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
}

export function writeTemplate(folder: string, name: string): void {
  for (const file of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const source = path.join(file.parentPath, file.name);
    const target = path.join(folder, path.relative(template, source)).replace(/(?<=[/\\])_(?=[^/\\]+$)/, '.');
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(source, 'utf8').replaceAll('__name__', name));
  }
}

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** `headwater-messaging-0.1.0.tgz` is `@headwater/messaging`. */
function packageOf(tarball: string): string | undefined {
  const [, name] = /^headwater-(.+)-\d+\.\d+\.\d+[^/]*\.tgz$/.exec(tarball) ?? [];
  return name === undefined ? undefined : `@headwater/${name}`;
}

/** @returns the path of each package's tarball, by the package's name. @throws CreateError when one is not there that a workspace needs */
export function findPackages(folder: string): ReadonlyMap<string, string> {
  const tarballs = new Map<string, string>();
  for (const file of filesIn(folder)) {
    const name = packageOf(file);
    if (name !== undefined) tarballs.set(name, path.join(folder, file));
  }
  const { dependencies, devDependencies } = readManifest(template);
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    if (name.startsWith('@headwater/') && !tarballs.has(name))
      throw new CreateError(`${folder} holds no tarball of ${name}: pack all of Headwater's packages into it.`);
  return tarballs;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new CreateError(`--packages ${folder} is not a folder that can be read.`, { cause: error });
  }
}

/**
 * Copies tarballs into a workspace, which takes its packages from there, so that it can be moved and installed again without a registry
 * that has them. Those that it needs only for others stand in its package.json, too: npm looks there first.
 */
export function takePackages(tarballs: ReadonlyMap<string, string>, folder: string): void {
  const manifest = readManifest(folder);
  mkdirSync(path.join(folder, 'packages'));
  for (const [name, tarball] of tarballs) {
    const target = `packages/${path.basename(tarball)}`;
    copyFileSync(tarball, path.join(folder, target));
    const group = name in manifest.dependencies ? manifest.dependencies : manifest.devDependencies;
    group[name] = `file:${target}`;
  }
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
