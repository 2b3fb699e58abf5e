/**
 * Writes the files of a new workspace: those of template/, in which `__name__` stands for the workspace's name. A file that npm would
 * not pack or would obey begins with `_` there instead of a dot.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateError } from './create-error.ts';

const template = path.resolve(import.meta.dirname, '../template');

/** @throws CreateError when the folder holds something already */
export function writeTemplate(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new CreateError(`${folder} is not empty: take another name, or remove what is there.`);
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

/** `headwater-messaging-0.1.0.tgz` is `@headwater/messaging`. */
const packageOf = (tarball: string): string | undefined => {
  const [, name] = /^headwater-(.+)-\d+\.\d+\.\d+[^/]*\.tgz$/.exec(tarball) ?? [];
  return name === undefined ? undefined : `@headwater/${name}`;
};

/**
 * Copies the tarballs of a folder into the workspace, which takes its packages from there, so that it can be moved and installed again
 * without a registry that has them. Those that it needs only for others stand in its package.json, too: npm looks there first.
 *
 * @throws CreateError when a package is not there
 */
export function takePackagesFrom(packages: string, folder: string): void {
  const tarballs = new Map(tarballsIn(packages).flatMap((file) => [[packageOf(file) ?? '', file] as const]));
  tarballs.delete('');
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
    if (name.startsWith('@headwater/') && !tarballs.has(name))
      throw new CreateError(`${packages} holds no tarball of ${name}: pack all of Headwater's packages into it.`);
  mkdirSync(path.join(folder, 'packages'));
  for (const [name, tarball] of tarballs) {
    copyFileSync(path.join(packages, tarball), path.join(folder, 'packages', tarball));
    const group = name in manifest.dependencies ? manifest.dependencies : manifest.devDependencies;
    group[name] = `file:packages/${tarball}`;
  }
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function tarballsIn(packages: string): string[] {
  try {
    return readdirSync(packages).sort();
  } catch (error) {
    throw new CreateError(`--packages ${packages} is not a folder that can be read.`, { cause: error });
  }
}
