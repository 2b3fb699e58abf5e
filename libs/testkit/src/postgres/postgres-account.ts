/**
 * Which account the server runs as. PostgreSQL refuses to run as root (it checks the effective user id), so root starts
 * it as another account: the owner of an existing data folder, else `postgres`, else `nobody`. No account is created.
 *
 * A checkout in a private folder (root's home, `mktemp -d`) cannot be entered by such an account. There the programs run
 * with the one capability that passes file permissions (CAP_DAC_OVERRIDE, as an ambient capability through util-linux'
 * `setpriv`), and only there, since it makes the server as strong as root towards files. access(2), by which PostgreSQL's programs
 * find each other, drops the capabilities of every account but root unless `no_setuid_fixup` is set (capabilities(7)).
 */
import { type ChildProcess, spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { PostgresError } from './postgres-error.ts';

/** How the programs are started. */
export interface PostgresAccount {
  /** Owner that the data folder needs; undefined when it is the own account. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
}

const OWN_ACCOUNT: PostgresAccount = {
  owner: undefined,
  spawn: (program, args, options) => spawn(program, args, options),
};

/**
 * Chooses the account for a data folder (which may not exist yet) and the programs' folder.
 *
 * @throws PostgresError POSTGRES_ACCOUNT
 */
export function chooseAccount(dataFolder: string, programFolder: string): PostgresAccount {
  if (process.getuid?.() !== 0) return OWN_ACCOUNT;
  const owner = ownerOf(dataFolder) ?? accountNamed('postgres') ?? accountNamed('nobody');
  if (!owner) {
    throw new PostgresError(
      'POSTGRES_ACCOUNT',
      'PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody: ' +
        'add one, run as an ordinary user, or set DATABASE_URL to a server of your own',
    );
  }
  const closed = [path.dirname(dataFolder), programFolder].map((folder) => closedFolder(folder, owner)).find(Boolean);
  if (closed === undefined) {
    return { owner, spawn: (program, args, options) => spawn(program, args, { ...options, ...owner }) };
  }
  const prefix = privilegedPrefix(owner);
  if (spawnSync('setpriv', [...prefix, 'true'], { stdio: 'ignore' }).status !== 0) {
    throw new PostgresError(
      'POSTGRES_ACCOUNT',
      `PostgreSQL refuses to run as root, and its account (user id ${owner.uid}) cannot enter ${closed}: ` +
        `run as an ordinary user, use a folder that others can enter (chmod o+x ${closed}), or set DATABASE_URL`,
    );
  }
  return { owner, spawn: (program, args, options) => spawn('setpriv', [...prefix, program, ...args], options) };
}

function privilegedPrefix(owner: { uid: number; gid: number }): string[] {
  const account = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  const capability = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  return [...account, ...capability, '--securebits=+no_setuid_fixup', '--'];
}

function ownerOf(folder: string): { uid: number; gid: number } | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : undefined;
}

/** Ids of an account in /etc/passwd (`name:password:uid:gid:…`). */
function accountNamed(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid !== undefined && gid !== undefined ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** The first folder on the way down that the account may not enter. */
function closedFolder(folder: string, account: { uid: number; gid: number }): string | undefined {
  const parts = path.resolve(folder).split(path.sep);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const ancestor = parts.slice(0, depth).join(path.sep) || path.sep;
    const stats = statSync(ancestor, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const bit = stats.uid === account.uid ? 0o100 : stats.gid === account.gid ? 0o010 : 0o001;
    if ((stats.mode & bit) === 0) return ancestor;
  }
  return undefined;
}
