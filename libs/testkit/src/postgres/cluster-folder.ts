/**
 * The folder of one server:
 *
 *     password        of the superuser `postgres`, random, readable by the folder's owner only
 *     data/           PostgreSQL's data folder
 *     data.new/       an initdb under way; removed and begun anew when a process died in it
 *
 * `data/` appears by one rename when initdb is through, so that a half made cluster is never started.
 */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { chooseAccount, type PostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { PostgresError } from './postgres-error.ts';
import { type StarterGuard } from './starter-guard.ts';

/** A folder in which a server can be started. */
export interface ClusterFolder {
  readonly dataFolder: string;
  readonly password: string;
  readonly account: PostgresAccount;
  readonly binaries: PostgresBinaries;
}

/**
 * Opens the folder, or makes the cluster when there is none.
 *
 * @throws PostgresError POSTGRES_NOT_INSTALLED, POSTGRES_ACCOUNT, POSTGRES_INIT_FAILED
 */
export async function openClusterFolder(folder: string, guard: StarterGuard): Promise<ClusterFolder> {
  const binaries = findPostgresBinaries();
  const dataFolder = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  await mkdir(folder, { recursive: true });
  const account = chooseAccount(dataFolder, binaries.home);
  if (!existsSync(path.join(dataFolder, 'PG_VERSION'))) {
    await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
    await makeCluster(dataFolder, passwordFile, { account, binaries, guard });
  }
  return { dataFolder, password: await readFile(passwordFile, 'utf8'), account, binaries };
}

async function makeCluster(
  dataFolder: string,
  passwordFile: string,
  { account, binaries, guard }: { account: PostgresAccount; binaries: PostgresBinaries; guard: StarterGuard },
): Promise<void> {
  const fresh = `${dataFolder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (account.owner) {
    for (const entry of [fresh, passwordFile]) await chown(entry, account.owner.uid, account.owner.gid);
  }
  const args = [
    `--pgdata=${fresh}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The provider that PostgreSQL brings along: sorting never depends on the machine's locales.
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    // The start after it syncs at its first checkpoint; a cluster lost before that held nothing yet.
    '--no-sync',
  ];
  const child = account.spawn(binaries.initdb, args, {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  guard.watch(child.pid);
  child.once('exit', () => guard.watch(undefined));
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (complaint = (complaint + chunk).slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new PostgresError('POSTGRES_INIT_FAILED', `initdb could not make ${dataFolder}: ${complaint.trim()}`);
  }
  await rename(fresh, dataFolder);
}
