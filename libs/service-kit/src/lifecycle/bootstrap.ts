import { type Logger as PinoLogger } from 'pino';
import { ConfigError } from '../config/index.ts';
import { DatabaseStartError } from '../database/index.ts';
import { withoutCredentials } from '../logging/index.ts';
import { runLedgerCommand } from './openapi-ledger.ts';
import { type AppModule, type ServiceOptions } from './service-options.ts';
import { startService, type RunningService } from './start-service.ts';

/**
 * The whole `main.ts` of a service:
 *
 *     bootstrap(AppModule, { name: 'social-posts', configs: [DatabaseConfig, KafkaConfig] });
 *
 * Starts it, prints `ready <name>=http://HOST:PORT` on stdout and owns the process from then on:
 *
 * - SIGTERM and SIGINT stop it in order and exit 0; a second one, or `SHUTDOWN_DEADLINE_MS`, forces the exit with 1;
 * - an expected failure of the start (a wrong variable, a port in use, a database that refuses) is one line, exit 1;
 * - an uncaught error or rejection is logged and exits 1: a process in an unknown state does not go on.
 *
 * With `--write-openapi FILE` or `--check-openapi FILE` it writes the service's OpenAPI document, or compares it, and
 * exits without starting anything.
 *
 * It returns at once and there is nothing to wait for: a `main.ts` without `await` can be bundled as CommonJS, too.
 */
export function bootstrap(appModule: AppModule, options: ServiceOptions): void {
  void runProcess(appModule, options);
}

async function runProcess(appModule: AppModule, options: ServiceOptions): Promise<void> {
  if (await runLedgerCommand(process.argv.slice(2), appModule, options)) return;
  await new ServiceProcess(options.name).run(appModule, options);
}

/** State of the process: at most one start, at most one stop. */
class ServiceProcess {
  private readonly name: string;
  private readonly abort = new AbortController();
  private logger: PinoLogger | undefined;
  private service: RunningService | undefined;
  private stopRequested = false;

  constructor(name: string) {
    this.name = name;
  }

  async run(appModule: AppModule, options: ServiceOptions): Promise<void> {
    this.takeOverProcess();
    try {
      this.service = await startService(appModule, options, {
        abort: this.abort.signal,
        onFail: () => void this.stop(1),
        onLogger: (logger) => {
          this.logger = logger;
        },
      });
    } catch (error) {
      this.exitAfterFailedStart(error);
      return;
    }
    if (this.stopRequested) {
      await this.stop(0);
      return;
    }
    process.stdout.write(`ready ${this.name}=${this.service.url}\n`);
  }

  private takeOverProcess(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.onSignal(signal));
    process.on('uncaughtException', (error) => this.crash('uncaught exception', error));
    process.on('unhandledRejection', (reason) => this.crash('unhandled rejection', reason));
    // A reader of our output that went away (a launcher that was killed) is no reason to die halfway through a request.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  private onSignal(signal: NodeJS.Signals): void {
    if (this.stopRequested) {
      this.logger?.warn(`${signal} again: stopping at once`);
      process.exit(1);
    }
    this.logger?.info(`${signal}: stopping`);
    this.stopRequested = true;
    this.abort.abort();
    if (this.service) void this.stop(0);
  }

  private async stop(exitCode: number): Promise<void> {
    this.stopRequested = true;
    if (!this.service) process.exit(exitCode);
    const deadlineMs = this.service.config.shutdownDeadlineMs;
    const deadline = setTimeout(() => {
      this.logger?.error(`the stop took longer than ${deadlineMs} ms (SHUTDOWN_DEADLINE_MS): forced`);
      process.exit(1);
    }, deadlineMs);
    try {
      await this.service.close();
      this.logger?.info('stopped');
      process.exit(exitCode);
    } catch (error) {
      this.logger?.error({ err: error }, 'the stop failed');
      process.exit(1);
    } finally {
      clearTimeout(deadline);
    }
  }

  private crash(what: string, reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (this.logger) this.logger.fatal({ err: error }, `${what}: ${error.message}`);
    else process.stderr.write(`${this.name}: ${what}: ${withoutCredentials(error.stack ?? error.message)}\n`);
    process.exit(1);
  }

  private exitAfterFailedStart(error: unknown): void {
    if (this.stopRequested) process.exit(0);
    const line = startFailureLine(error);
    if (line === undefined) {
      this.crash('could not start', error);
      return;
    }
    process.stderr.write(`${this.name} cannot start: ${withoutCredentials(line)}\n`);
    process.exit(1);
  }
}

/** The one line for an expected failure; `undefined` for a bug, which deserves its stack. */
function startFailureLine(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DatabaseStartError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const place =
    'address' in error && 'port' in error ? `${String(error.address)}:${String(error.port)}` : 'its address';
  switch (error.code) {
    case 'EADDRINUSE':
      return `${place} is already in use: stop the other process or set PORT to another port`;
    case 'EACCES':
      return `no permission to listen on ${place}: set PORT to 1024 or above`;
    case 'EADDRNOTAVAIL':
      return `${place} is no address of this machine: set HOST to one that is, or to 0.0.0.0`;
    default:
      return undefined;
  }
}
