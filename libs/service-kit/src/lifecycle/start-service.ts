import { Logger, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger as PinoLogger } from 'pino';
import { readConfigs, ServiceConfig, type ConfigClass } from '../config/index.ts';
import { HealthChecks } from '../health/index.ts';
import { createLogger, NestLogger } from '../logging/index.ts';
import { measureHttp, Metrics } from '../metrics/index.ts';
import { serveDocs } from '../openapi/index.ts';
import { ProblemFilter, validationPipe } from '../problem/index.ts';
import { KitModule } from './kit.module.ts';
import { type ServiceContext } from '../context/index.ts';
import { type AppModule, type ServiceOptions } from './service-options.ts';

/** A service that serves. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Base address of its HTTP API, without a trailing slash. */
  readonly url: string;
  readonly config: ServiceConfig;
  readonly logger: PinoLogger;
  /**
   * Stops in order: readiness off, no new requests or records, what runs is finished, clients and then the database are
   * closed. Connections that are still open when half of `shutdownDeadlineMs` is over are cut. Calling it again awaits
   * the same stop.
   */
  close(): Promise<void>;
}

/** Hooks of the process that a service runs in; absent in tests that run several in one process. */
export interface ProcessHooks {
  /** Called with the reason when a part asks for the process to end (`ServiceContext.fail`). */
  readonly onFail?: (reason: Error) => void;
  /** Aborted to stop a start that is under way. */
  readonly abort?: AbortSignal;
  /** Called as soon as the logger exists. */
  readonly onLogger?: (logger: PinoLogger) => void;
}

/**
 * Starts a service in this process without touching the process itself: no signal handlers, no exit. `bootstrap` is this
 * plus the process; tests use it directly.
 *
 * @throws ConfigError, DatabaseStartError, or the server's own error (EADDRINUSE, EACCES).
 */
export async function startService(
  appModule: AppModule,
  options: ServiceOptions,
  hooks: ProcessHooks = {},
): Promise<RunningService> {
  const classes = [...new Set<ConfigClass>([ServiceConfig, ...(options.configs ?? [])])];
  const configs = readConfigs(classes, options.environment ?? process.env);
  const config = configs.get(ServiceConfig) as ServiceConfig;
  const logger = createLogger({ name: options.name, level: config.logLevel, format: config.logFormat });
  hooks.onLogger?.(logger);

  const stopping = new AbortController();
  hooks.abort?.addEventListener('abort', () => stopping.abort(), { once: true });
  const context: ServiceContext = { name: options.name, stopping: stopping.signal, fail: failWith(logger, hooks) };
  const app = await createApp(appModule, context, configs, config, logger);
  try {
    await options.prepare?.(app);
    serveDocs(app, options);
    await app.init();
    await app.listen(config.port, config.host);
    await app.startAllMicroservices();
  } catch (error) {
    // As at any stop: what streams to a client ends, and what does not is cut.
    await closeOnce(app, config, stopping)().catch((closeError: unknown) =>
      logger.warn({ err: closeError }, 'could not close what had started'),
    );
    throw error;
  }
  app.get(HealthChecks).setServingState('serving');
  return { app, url: addressOf(app, config), config, logger, close: closeOnce(app, config, stopping) };
}

function failWith(logger: PinoLogger, hooks: ProcessHooks): ServiceContext['fail'] {
  return (reason) => {
    logger.fatal({ err: reason }, `a part cannot go on: ${reason.message}`);
    hooks.onFail?.(reason);
  };
}

async function createApp(
  appModule: AppModule,
  context: ServiceContext,
  configs: ReadonlyMap<ConfigClass, object>,
  config: ServiceConfig,
  logger: PinoLogger,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: config.maxBodyBytes, forceCloseConnections: 'idle' });
  const root: DynamicModule = { module: RootModule, imports: [KitModule.forService(context, configs), appModule] };
  const nestLogger = new NestLogger(logger);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger,
    abortOnError: false,
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  const fastify = adapter.getInstance();
  measureHttp(fastify, app.get(Metrics));
  // Without this a client's keep-alive would hold a server that closes open after its last answer.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (context.stopping.aborted) reply.header('connection', 'close');
    done();
  });
  const http = new Logger('Http');
  fastify.addHook('onResponse', (request, reply, done) => {
    http.debug(`${request.method} ${request.url} ${reply.statusCode} ${reply.elapsedTime.toFixed(1)} ms`);
    done();
  });
  return app;
}

/** Holds the kit's module and the service's: Nest wants one root. */
class RootModule {}

function addressOf(app: NestFastifyApplication, config: ServiceConfig): string {
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const wildcard = config.host === '0.0.0.0' || config.host === '::';
  const host = wildcard ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function closeOnce(app: NestFastifyApplication, config: ServiceConfig, stopping: AbortController): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    app.get(HealthChecks).setServingState('stopping');
    stopping.abort();
    const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), config.shutdownDeadlineMs / 2);
    try {
      await app.close();
    } finally {
      clearTimeout(cut);
    }
  };
  return () => (closing ??= close());
}
