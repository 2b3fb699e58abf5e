import { defineConfig } from './define-config.ts';
import { integer, oneOf, port, text } from './setting.ts';

/** What every service reads: where it listens, how it logs, how long it may take to stop. */
export class ServiceConfig extends defineConfig({
  host: text({ default: '127.0.0.1', description: 'address that the HTTP server listens on' }),
  port: port({ default: 0, description: 'TCP port of the HTTP server; 0 takes a free one' }),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'lowest level that is logged',
  }),
  logFormat: oneOf(['auto', 'json', 'pretty'], {
    default: 'auto',
    description: 'json for machines, pretty for people; auto is pretty on a terminal',
  }),
  shutdownDeadlineMs: integer({
    default: 15_000,
    min: 100,
    max: 600_000,
    description: 'milliseconds after which a stop that hangs is forced',
  }),
  maxBodyBytes: integer({
    default: 1_048_576,
    min: 1024,
    max: 104_857_600,
    description: 'largest request body in bytes',
  }),
}) {}
