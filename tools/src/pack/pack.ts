/** Packs what is published. The same sources give the same bytes: npm orders the files and gives them one time. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkStage } from './check-stage.ts';
import { publishablePackages } from './publishable.ts';
import { stage } from './stage.ts';

/** A package that must not be published as it is, or that npm does not pack: one line for each problem. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

/** One tarball. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Path of the tarball. */
  readonly file: string;
  /** Of the tarball, in bytes. */
  readonly size: number;
  /** Of its bytes, as npm writes it: `sha512-…` */
  readonly integrity: string;
}

/** What `npm pack --json` says of one package. */
interface NpmPacked {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Writes a tarball of every published package into a folder.
 *
 * @param names only these packages
 * @throws {PackError}
 */
export function pack(root: string, into: string, names?: readonly string[]): PackedPackage[] {
  const work = mkdtempSync(path.join(tmpdir(), 'headwater-pack-'));
  try {
    mkdirSync(into, { recursive: true });
    const stages = publishablePackages(root)
      .filter(({ manifest }) => names?.includes(manifest.name) ?? true)
      .map((each) => stage(root, each, work));
    const packed = npmPack(
      stages.map(({ folder }) => folder),
      path.resolve(into),
    );
    const problems = packed.flatMap(({ name, files }) => {
      const { folder } = stages.find((each) => each.name === name)!;
      return checkStage(
        folder,
        files.map((file) => file.path),
      );
    });
    if (problems.length > 0) throw new PackError(problems.join('\n'));
    return packed.map(({ name, version, filename, size, integrity }) => {
      return { name, version, file: path.join(into, path.basename(filename)), size, integrity };
    });
  } finally {
    rmSync(work, { recursive: true });
  }
}

function npmPack(folders: readonly string[], into: string): NpmPacked[] {
  const [command, ...first] = npmCommand();
  const args = ['pack', ...folders, '--pack-destination', into, '--json', '--ignore-scripts', '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync(command!, [...first, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new PackError(`npm pack failed: ${stderr.trim() || stdout.trim()}`);
  return JSON.parse(stdout) as NpmPacked[];
}

/** npm as it was called, so that the user's own npm and its settings are used. */
function npmCommand(): string[] {
  const cli = process.env['npm_execpath'];
  return cli !== undefined && cli.endsWith('.js') && existsSync(cli) ? [process.execPath, cli] : ['npm'];
}
