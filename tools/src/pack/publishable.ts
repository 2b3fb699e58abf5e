/** Which packages of the workspace are published: those that are not private. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where one of a package's entries leads, by condition. */
export type ExportTarget = string | Readonly<Record<string, string>>;

/** A package.json, as far as it matters here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly files?: readonly string[];
  readonly generators?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** What stands in the published package.json instead (as pnpm has it). */
  readonly publishConfig?: Partial<Manifest>;
}

export interface PublishablePackage {
  /** From the workspace's root: `libs/messaging`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** In order of their names. */
export function publishablePackages(root: string): PublishablePackage[] {
  return ['apps', 'libs']
    .flatMap((group) => readdirSync(path.join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(path.join(root, folder)) }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort((one, other) => one.manifest.name.localeCompare(other.manifest.name));
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
