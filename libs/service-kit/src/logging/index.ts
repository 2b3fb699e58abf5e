/** pino as Nest's logger: JSON or readable lines, without credentials. */
export { createLogger, type LoggerOptions } from './create-logger.ts';
export { NestLogger } from './nest-logger.ts';
export { withoutCredentials } from './redact.ts';
