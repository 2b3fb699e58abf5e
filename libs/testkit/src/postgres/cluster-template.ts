/**
 * A cluster that was made once, kept beside the installed programs, of which others are copies: an initdb takes a second of a
 * processor, a copy a tenth of that.
 *
 *     node_modules/.cache/headwater-postgres/<key>/
 *         data/           as initdb left it, never started
 *         password        of its superuser, random, readable by the owner only; copies keep it
 *
 * The key is of the programs' version, of initdb's arguments and of the account, so that nobody starts from what another version or
 * account made. A template appears by one rename. Copies have the same system identifier: one must not be made a standby of another.
 *
 * It is only quicker: where it cannot be kept or read (a read-only installation, no `cp`), the caller makes the cluster itself.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PostgresAccount } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

/** A data folder and the file with its superuser's password. */
export interface ClusterFiles {
  readonly dataFolder: string;
  readonly passwordFile: string;
}

export class ClusterTemplate {
  private readonly folder: string;

  /** @param settings what initdb is told, without paths. */
  constructor(binaries: PostgresBinaries, account: PostgresAccount, settings: readonly string[]) {
    const packageFile = path.join(binaries.home, '..', 'package.json');
    const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
    const uid = account.owner?.uid ?? process.getuid?.() ?? 0;
    const key = createHash('sha256')
      .update(JSON.stringify([version, uid, settings]))
      .digest('hex')
      .slice(0, 16);
    this.folder = path.join(binaries.home, '..', '..', '..', '.cache', 'headwater-postgres', key);
  }

  /** Copies the template to these places, which do not exist. Answers whether it did; if not, nothing is left there. */
  async copyTo(target: ClusterFiles): Promise<boolean> {
    const template = filesIn(this.folder);
    if (!existsSync(template.dataFolder)) return false;
    try {
      await copyFiles(template, target);
      return true;
    } catch {
      await rm(target.dataFolder, { recursive: true, force: true });
      await rm(target.passwordFile, { force: true });
      return false;
    }
  }

  /** Keeps a copy of a cluster that was just made, unless there is one. */
  async keep(made: ClusterFiles): Promise<void> {
    if (existsSync(this.folder)) return;
    const fresh = `${this.folder}.${randomUUID()}.new`;
    try {
      await mkdir(fresh, { recursive: true });
      await copyFiles(made, filesIn(fresh));
      // Another process may have been first: then the rename fails.
      await rename(fresh, this.folder);
    } catch {
      await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

const filesIn = (folder: string): ClusterFiles => ({
  dataFolder: path.join(folder, 'data'),
  passwordFile: path.join(folder, 'password'),
});

/** With owners and modes. The program `cp` takes a fifth of the processor time that a walk in JavaScript takes. */
async function copyFiles(from: ClusterFiles, to: ClusterFiles): Promise<void> {
  await copyFile(from.passwordFile, to.passwordFile);
  const child = spawn('cp', ['-Rp', from.dataFolder, to.dataFolder], { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`cp ended with code ${code}`);
}
