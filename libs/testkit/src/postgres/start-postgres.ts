import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePorts } from '../ports/index.ts';
import { openClusterFolder, type ClusterFolder } from './cluster-folder.ts';
import { PostgresError } from './postgres-error.ts';
import { ServerProcess, type ServerExit } from './server-process.ts';
import { StarterGuard } from './starter-guard.ts';

export interface StartPostgresOptions {
  /** Folder in which the data persists. Without it a temporary one is used, which goes when the server is closed. */
  readonly directory?: string;
  /** Folder of a cluster that `makeSpareCluster` made, to be taken over by a new `directory` on the same disk; it need not be there. */
  readonly spare?: string;
  /** TCP port on 127.0.0.1; 0 (default) takes a free one and keeps it over restarts. */
  readonly port?: number;
  /** Called with each line of the server's log. */
  readonly onLog?: (line: string) => void;
  /** Called when the server ends without `close`, `kill` or `restart`: a crash, or a signal from outside. */
  readonly onExit?: (exit: ServerExit) => void;
}

/**
 * A running server. It ends with the process that started it, even if that is killed: a guard stops the server and
 * removes a temporary folder. Nothing of it keeps the event loop alive.
 */
export interface RunningPostgres extends AsyncDisposable {
  /** Connection string of the superuser to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server; of the newest one after a restart. */
  readonly pid: number;
  readonly running: boolean;
  /** Connection string of a database with this name, which is created when it is missing. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server as a crash does (SIGKILL). The folder stays; `restart` takes it over. */
  kill(): Promise<void>;
  /** Starts the server again on the same folder and port; stops it first when it runs. */
  restart(): Promise<void>;
  /** Stops the server in order; removes a temporary folder. */
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1 with logical replication enabled, in well under a second on an existing folder; a new
 * folder takes an `initdb` more, or a spare cluster. A folder whose server was killed is taken over.
 *
 * With a temporary folder the server does not sync to disk: it survives kill -9, not a power cut.
 *
 * @throws PostgresError with the code that says why.
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const temporary = options.directory === undefined;
  const folder = path.resolve(options.directory ?? (await mkdtemp(path.join(tmpdir(), 'headwater-postgres-'))));
  const guard = new StarterGuard(temporary ? folder : undefined);
  try {
    const cluster = await openClusterFolder(folder, guard, { durable: !temporary, spare: options.spare });
    const postgres = new EmbeddedPostgres(cluster, folder, guard, options);
    await postgres.restart();
    return postgres;
  } catch (error) {
    if (temporary) await rm(folder, { recursive: true, force: true });
    guard.dismiss();
    throw error;
  }
}

const TAKE_OVER_DEADLINE_MS = 60_000;
const TAKE_OVER_POLL_MS = 50;
const FREE_PORT_ATTEMPTS = 5;

class EmbeddedPostgres implements RunningPostgres {
  private readonly cluster: ClusterFolder;
  private readonly folder: string;
  private readonly temporary: boolean;
  private readonly options: StartPostgresOptions;
  private readonly guard: StarterGuard;
  private server: ServerProcess | undefined;
  private expectedEnds = new WeakSet<ServerProcess>();
  private fixedPort: number;

  constructor(cluster: ClusterFolder, folder: string, guard: StarterGuard, options: StartPostgresOptions) {
    this.cluster = cluster;
    this.folder = folder;
    this.temporary = options.directory === undefined;
    this.options = options;
    this.guard = guard;
    this.fixedPort = options.port ?? 0;
  }

  get url(): string {
    return this.urlOf('postgres');
  }

  get port(): number {
    return this.fixedPort;
  }

  get pid(): number {
    return this.server?.pid ?? 0;
  }

  get running(): boolean {
    return this.server?.running ?? false;
  }

  async createDatabase(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== DUPLICATE_DATABASE) throw error;
    } finally {
      await client.end();
    }
    return this.urlOf(name);
  }

  async kill(): Promise<void> {
    if (!this.server) return;
    this.expectedEnds.add(this.server);
    await this.server.kill();
  }

  async restart(): Promise<void> {
    await this.stop();
    const deadlineMs = performance.now() + TAKE_OVER_DEADLINE_MS;
    for (let attempt = 1; ; attempt += 1) {
      const [port = 0] = this.fixedPort === 0 ? await freePorts(1) : [this.fixedPort];
      try {
        this.server = await ServerProcess.start(this.cluster, {
          port,
          durable: !this.temporary,
          guard: this.guard,
          onLog: this.options.onLog ?? (() => undefined),
        });
        this.fixedPort = port;
        this.watch(this.server);
        return;
      } catch (error) {
        if (!(await this.mayTryAgain(error, attempt, deadlineMs))) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.stop();
    if (this.temporary) await rm(this.folder, { recursive: true, force: true });
    this.guard.dismiss();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async stop(): Promise<void> {
    if (!this.server) return;
    this.expectedEnds.add(this.server);
    await this.server.stop();
  }

  private watch(server: ServerProcess): void {
    void server.exited.then((exit) => {
      if (!this.expectedEnds.has(server)) this.options.onExit?.(exit);
    });
  }

  /** A free port may be lost to another process before it is used; a killed server's children need a moment to end. */
  private async mayTryAgain(error: unknown, attempt: number, deadlineMs: number): Promise<boolean> {
    if (!(error instanceof PostgresError)) return false;
    if (error.code === 'POSTGRES_PORT_IN_USE') return this.fixedPort === 0 && attempt < FREE_PORT_ATTEMPTS;
    if (error.code !== 'POSTGRES_FOLDER_IN_USE' || performance.now() > deadlineMs) return false;
    if (removeStaleLock(path.join(this.cluster.dataFolder, 'postmaster.pid'))) return true;
    await delay(TAKE_OVER_POLL_MS);
    return true;
  }

  private urlOf(database: string): string {
    const authority = `postgres:${this.cluster.password}@127.0.0.1:${this.fixedPort}`;
    return `postgres://${authority}/${encodeURIComponent(database)}`;
  }
}

const DUPLICATE_DATABASE = '42P04';

/**
 * Removes a lock file whose process id belongs to another program by now (after a reboot, in a new container).
 * PostgreSQL itself cannot tell and would refuse for ever.
 */
function removeStaleLock(lockFile: string): boolean {
  if (process.platform !== 'linux' || !existsSync(lockFile)) return false;
  const pid = readFileSync(lockFile, 'utf8').split('\n', 1)[0] ?? '';
  const program = `/proc/${pid}/comm`;
  if (!/^\d+$/.test(pid) || !existsSync(program) || readFileSync(program, 'utf8').trim() === 'postgres') return false;
  rmSync(lockFile);
  return true;
}
