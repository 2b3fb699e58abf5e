/**
 * One run of the server program.
 *
 * The server is in a session of its own, so that Ctrl-C in a terminal reaches its starter only, who stops it when the
 * services are through.
 */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type ClusterFolder } from './cluster-folder.ts';
import { PostgresError } from './postgres-error.ts';
import { type StarterGuard } from './starter-guard.ts';

const READY = 'database system is ready to accept connections';
const KEPT_LOG_CHARACTERS = 16_384;
const STOP_DEADLINE_MS = 20_000;

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerSettings {
  readonly port: number;
  /** Syncs to disk, so that a power cut loses nothing. */
  readonly durable: boolean;
  readonly guard: StarterGuard;
  readonly onLog: (line: string) => void;
}

export class ServerProcess {
  /** Settles when the server has ended. */
  readonly exited: Promise<ServerExit>;
  private readonly child: ChildProcess;
  private log = '';

  private constructor(cluster: ClusterFolder, settings: ServerSettings) {
    const args = ['-D', cluster.dataFolder, '-p', String(settings.port), ...configuration(settings)];
    this.child = cluster.account.spawn(cluster.binaries.postgres, args, {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.keepLog(chunk, settings.onLog));
    this.exited = once(this.child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    // A failed spawn rejects; `start` reports it, and nobody else has to.
    this.exited.catch(() => undefined);
    settings.guard.watch(this.child.pid);
    this.child.once('exit', () => settings.guard.watch(undefined));
  }

  /** Process id of the server (its postmaster). */
  get pid(): number {
    return this.child.pid!;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts the server and waits until it accepts connections. @throws PostgresError */
  static async start(cluster: ClusterFolder, settings: ServerSettings): Promise<ServerProcess> {
    const server = new ServerProcess(cluster, settings);
    const ready = new Promise<boolean>((resolve) => {
      const look = (): void => {
        if (!server.log.includes(READY)) return;
        server.child.stderr?.off('data', look);
        resolve(true);
      };
      server.child.stderr?.on('data', look);
    });
    const ended = once(server.child, 'close').then(() => false);
    if (!(await Promise.race([ready, ended]))) throw server.startError(cluster.dataFolder, settings.port);
    // Neither the server nor its log keeps the starter's event loop alive: a test that ends, ends.
    server.child.unref();
    (server.child.stderr as unknown as { unref?(): void } | null)?.unref?.();
    return server;
  }

  /** Stops in order: open transactions are rolled back, a checkpoint is written. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.child.ref();
    this.child.kill('SIGINT');
    const late = setTimeout(() => this.child.kill('SIGQUIT'), STOP_DEADLINE_MS);
    await this.exited;
    clearTimeout(late);
  }

  /** Ends it as a crash does (SIGKILL) and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.running) return;
    this.child.ref();
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private keepLog(chunk: string, onLog: (line: string) => void): void {
    this.log = (this.log + chunk).slice(-KEPT_LOG_CHARACTERS);
    for (const line of chunk.split('\n')) if (line !== '') onLog(line);
  }

  private startError(dataFolder: string, port: number): PostgresError {
    const log = this.log.trim();
    if (/could not bind|could not create any TCP\/IP sockets/.test(log)) {
      const message = `port ${port} on 127.0.0.1 is in use: stop the other process or choose another port`;
      return new PostgresError('POSTGRES_PORT_IN_USE', message);
    }
    if (/lock file .* already exists|pre-existing shared memory block/.test(log)) {
      const message = `another PostgreSQL runs on ${dataFolder}: stop it or choose another folder`;
      return new PostgresError('POSTGRES_FOLDER_IN_USE', message);
    }
    return new PostgresError('POSTGRES_START_FAILED', `PostgreSQL did not start on ${dataFolder}: ${log}`);
  }
}

/** Modest for a laptop on which several services share one server; a temporary cluster need not survive a power cut. */
function configuration(settings: ServerSettings): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '128MB',
    dynamic_shared_memory_type: 'mmap',
    huge_pages: 'off',
    io_method: 'sync',
    jit: 'off',
    wal_level: 'logical',
    max_wal_senders: '8',
    max_replication_slots: '8',
    max_wal_size: '512MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(settings.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
