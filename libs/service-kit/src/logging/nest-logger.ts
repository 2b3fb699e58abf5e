import { type LoggerService, type LogLevel } from '@nestjs/common';
import { type Logger as PinoLogger } from 'pino';

/** What Nest says of each module and route that it makes, two lines of three at a start, is for whoever looks for it. */
const ASSEMBLY: ReadonlySet<unknown> = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver']);

/**
 * Nest's logger on pino: `new Logger('Relay').warn('…')` becomes a line with `context: 'Relay'`. The last parameter of
 * Nest's calls is the context; `error` may carry a stack or an error before it.
 */
export class NestLogger implements LoggerService {
  private readonly pino: PinoLogger;

  constructor(logger: PinoLogger) {
    this.pino = logger;
  }

  log(message: unknown, ...parameters: unknown[]): void {
    this.write(ASSEMBLY.has(parameters.at(-1)) ? 'debug' : 'info', message, parameters);
  }

  error(message: unknown, ...parameters: unknown[]): void {
    this.write('error', message, parameters);
  }

  warn(message: unknown, ...parameters: unknown[]): void {
    this.write('warn', message, parameters);
  }

  debug(message: unknown, ...parameters: unknown[]): void {
    this.write('debug', message, parameters);
  }

  verbose(message: unknown, ...parameters: unknown[]): void {
    this.write('trace', message, parameters);
  }

  fatal(message: unknown, ...parameters: unknown[]): void {
    this.write('fatal', message, parameters);
  }

  /** The level comes from the configuration, never from Nest's options. */
  setLogLevels(_levels: LogLevel[]): void {
    return;
  }

  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    parameters: readonly unknown[],
  ): void {
    const rest = [...parameters];
    const context = typeof rest.at(-1) === 'string' ? { context: rest.pop() } : {};
    const error = [message, ...rest].find((parameter) => parameter instanceof Error);
    const stack = rest.find((parameter) => typeof parameter === 'string');
    const fields = rest.find((parameter) => isPlainObject(parameter));
    const details = { ...context, ...fields, ...(error ? { err: error } : stack === undefined ? {} : { stack }) };
    this.pino[level](details, textOf(message));
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return message instanceof Error ? message.message : JSON.stringify(message);
}
