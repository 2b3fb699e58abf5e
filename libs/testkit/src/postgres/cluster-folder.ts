/**
 * The folder of one server:
 *
 *     password        of the superuser `postgres`, random, readable by the folder's owner only
 *     data/           PostgreSQL's data folder
 *     data.new/       a cluster that is being made; removed and begun anew when a process died in it
 *
 * `data/` appears by one rename when it is whole, so that a half made cluster is never started. The first one is made by initdb and
 * kept as a template, of which later ones are copies.
 */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { chooseAccount, type PostgresAccount } from './postgres-account.ts';
import { ClusterTemplate, type ClusterFiles } from './cluster-template.ts';
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
    await makeCluster({ dataFolder, passwordFile }, { account, binaries, guard });
  }
  return { dataFolder, password: await readFile(passwordFile, 'utf8'), account, binaries };
}

const SETTINGS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // The provider that PostgreSQL brings along: sorting never depends on the machine's locales.
  '--locale-provider=builtin',
  '--locale=C.UTF-8',
  // The start after it syncs at its first checkpoint; a cluster lost before that held nothing yet.
  '--no-sync',
];

interface Maker {
  readonly account: PostgresAccount;
  readonly binaries: PostgresBinaries;
  readonly guard: StarterGuard;
}

async function makeCluster({ dataFolder, passwordFile }: ClusterFiles, maker: Maker): Promise<void> {
  const fresh = { dataFolder: `${dataFolder}.new`, passwordFile };
  await rm(fresh.dataFolder, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  const template = new ClusterTemplate(maker.binaries, maker.account, SETTINGS);
  if (!(await template.copyTo(fresh))) {
    await initialize(fresh, maker);
    await template.keep(fresh);
  }
  await rename(fresh.dataFolder, dataFolder);
}

/** @throws PostgresError POSTGRES_INIT_FAILED */
async function initialize(
  { dataFolder, passwordFile }: ClusterFiles,
  { account, binaries, guard }: Maker,
): Promise<void> {
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  await mkdir(dataFolder, { mode: 0o700 });
  if (account.owner) {
    for (const entry of [dataFolder, passwordFile]) await chown(entry, account.owner.uid, account.owner.gid);
  }
  const args = [`--pgdata=${dataFolder}`, `--pwfile=${passwordFile}`, ...SETTINGS];
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
}
