/**
 * The folder of one server:
 *
 *     password        of the superuser `postgres`, random, readable by the folder's owner only
 *     data/           PostgreSQL's data folder
 *     data.new/       an initdb under way; removed and begun anew when a process died in it
 *
 * `data/` appears by one rename when initdb is through, so that a half made cluster is never started.
 *
 * A spare is such a folder that was made ahead. Who needs a cluster takes it over by one rename: it is moved and not copied, because
 * PostgreSQL's system identifier tells one cluster from another, and who reads a write-ahead log goes by it.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { chooseAccount, type PostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { PostgresError } from './postgres-error.ts';
import { StarterGuard } from './starter-guard.ts';

/** A folder in which a server can be started. */
export interface ClusterFolder {
  readonly dataFolder: string;
  readonly password: string;
  readonly account: PostgresAccount;
  readonly binaries: PostgresBinaries;
}

export interface OpenOptions {
  /** A new cluster is on the disk before it is used; else a power cut may leave half of it. */
  readonly durable: boolean;
  /** Folder of a spare cluster to take over instead of making a new one; it need not be there. */
  readonly spare?: string | undefined;
}

/**
 * Opens the folder; when it holds no cluster, takes over the spare or makes one.
 *
 * @throws PostgresError POSTGRES_NOT_INSTALLED, POSTGRES_ACCOUNT, POSTGRES_INIT_FAILED
 */
export async function openClusterFolder(
  folder: string,
  guard: StarterGuard,
  { durable, spare }: OpenOptions,
): Promise<ClusterFolder> {
  const binaries = findPostgresBinaries();
  const { dataFolder, passwordFile } = placesIn(folder);
  await mkdir(folder, { recursive: true });
  if (spare !== undefined && !hasCluster(folder)) await takeOver(spare, folder, binaries);
  const account = chooseAccount(dataFolder, binaries.home);
  if (!hasCluster(folder)) await makeCluster(folder, { account, binaries, guard, durable });
  return { dataFolder, password: await readFile(passwordFile, 'utf8'), account, binaries };
}

/**
 * Makes a spare cluster, in the background of whatever else the machine does; nothing to do where there is one.
 *
 * @throws PostgresError POSTGRES_NOT_INSTALLED, POSTGRES_ACCOUNT, POSTGRES_INIT_FAILED
 */
export async function makeSpareCluster(spare: string): Promise<void> {
  if (hasCluster(spare)) return;
  const binaries = findPostgresBinaries();
  const unfinished = `${path.resolve(spare)}.${process.pid}`;
  const guard = new StarterGuard(unfinished);
  try {
    await mkdir(unfinished, { recursive: true });
    const account = chooseAccount(placesIn(unfinished).dataFolder, binaries.home);
    await makeCluster(unfinished, {
      account,
      binaries,
      guard,
      durable: true,
      priority: constants.priority.PRIORITY_LOW,
    });
    await rename(unfinished, spare).catch(ifAnotherWasFirst);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    guard.dismiss();
  }
}

const placesIn = (folder: string): { dataFolder: string; passwordFile: string } => ({
  dataFolder: path.join(folder, 'data'),
  passwordFile: path.join(folder, 'password'),
});

/** A file that every data folder has: the major version that made it. */
const versionFileIn = (folder: string): string => path.join(placesIn(folder).dataFolder, 'PG_VERSION');
const hasCluster = (folder: string): boolean => existsSync(versionFileIn(folder));

function ifAnotherWasFirst(error: unknown): void {
  if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
}

const hasCode = (error: unknown, code: string): boolean =>
  Error.isError(error) && 'code' in error && error.code === code;

/**
 * Moves the spare to `folder`, which is empty. A spare that is not there, or not of use here (of another version or account, on
 * another disk), or that another starter took first, is no error: a cluster is made then, as without one.
 */
async function takeOver(spare: string, folder: string, { majorVersion }: PostgresBinaries): Promise<void> {
  try {
    if (readFileSync(versionFileIn(spare), 'utf8').trim() !== majorVersion) return;
    const self = process.getuid?.();
    if (self !== 0 && self !== statSync(placesIn(spare).dataFolder).uid) return;
    await rename(spare, folder);
  } catch {
    return;
  }
  await syncFolder(path.dirname(folder));
}

interface MakeOptions {
  readonly account: PostgresAccount;
  readonly binaries: PostgresBinaries;
  readonly guard: StarterGuard;
  readonly durable: boolean;
  readonly priority?: number;
}

async function makeCluster(
  folder: string,
  { account, binaries, guard, durable, priority }: MakeOptions,
): Promise<void> {
  const { dataFolder, passwordFile } = placesIn(folder);
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600, flush: durable });
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
    // No checkpoint of the server syncs what initdb wrote.
    ...(durable ? [] : ['--no-sync']),
  ];
  const child = account.spawn(binaries.initdb, args, {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (priority !== undefined && child.pid !== undefined) setPriority(child.pid, priority);
  guard.watch(child.pid);
  child.once('exit', () => guard.watch(undefined));
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (complaint = (complaint + chunk).slice(-2000)));
  const code = await once(child, 'close').then(
    ([exitCode]) => exitCode as number | null,
    // It could not even be started.
    (error: unknown) => (complaint = String(error)),
  );
  if (code !== 0) {
    throw new PostgresError('POSTGRES_INIT_FAILED', `initdb could not make ${dataFolder}: ${complaint.trim()}`);
  }
  await rename(fresh, dataFolder);
  if (durable) await syncFolder(folder);
}

/** A rename is on the disk when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}
