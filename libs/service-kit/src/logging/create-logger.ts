import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { pinoPretty } from './pino-pretty.ts';
import { REDACTION, withoutCredentials } from './redact.ts';

/** How a process logs. */
export interface LoggerOptions {
  /** Name of the service, on every line. */
  readonly name: string;
  readonly level: string;
  /** `auto` is `pretty` where stdout is a terminal and `json` elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where lines go; stdout by default. */
  readonly destination?: DestinationStream;
}

/**
 * Makes the process's logger. Lines are written synchronously, so that the last words before an exit are not lost;
 * a line holds `level` (a word), `time` (ISO 8601), `service`, `context`, `msg` and the fields given.
 */
export function createLogger(options: LoggerOptions): PinoLogger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY);
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: { service: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
      redact: REDACTION,
      hooks: { logMethod: redactMessages },
    },
    pretty ? pinoPretty(options.destination) : destination,
  );
}

type LogMethod = (this: PinoLogger, ...parameters: Parameters<PinoLogger['info']>) => void;

function redactMessages(this: PinoLogger, parameters: Parameters<PinoLogger['info']>, method: LogMethod): void {
  const clean = parameters.map((parameter: unknown) =>
    typeof parameter === 'string' ? withoutCredentials(parameter) : parameter,
  );
  method.apply(this, clean as Parameters<PinoLogger['info']>);
}

const DEEPEST_CAUSE = 5;

function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: serializeError(error.cause, depth + 1) };
  return {
    type: error.constructor.name,
    message: withoutCredentials(error.message),
    ...code,
    stack: withoutCredentials(error.stack ?? ''),
    ...cause,
  };
}
