/** Rows of newline-delimited JSON, with the place of each, so that a wrong row is found at once. */
import { SimulatorError } from '../../simulator-error.ts';
import { failRow, readLines } from '../lines.ts';

/** One line of a file as an object of texts. */
export class NdjsonRow {
  /** File and line, for messages. */
  readonly origin: string;
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(origin: string, line: string) {
    this.origin = origin;
    this.fields = parseObject(origin, line);
  }

  /** A field that must be there. */
  text(field: string): string {
    return this.optionalText(field) ?? this.fail(`has no '${field}'`);
  }

  optionalText(field: string): string | undefined {
    const value = this.fields[field];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : this.fail(`'${field}' is no text`);
  }

  /** A time of the recording, which is in UTC without saying so; as milliseconds since the epoch. */
  timeMs(field: string): number {
    const value = this.text(field);
    const timeMs = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`);
    return Number.isNaN(timeMs) ? this.fail(`'${field}' is no time: ${JSON.stringify(value)}`) : timeMs;
  }

  fail(what: string): never {
    failRow(this.origin, what);
  }
}

function parseObject(origin: string, line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    const message = `${origin}: no JSON (${reason.slice(0, 120)}). Restore the file from its source.`;
    throw new SimulatorError('TRACE_ROW_INVALID', message, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SimulatorError(
    'TRACE_ROW_INVALID',
    `${origin}: the line is JSON, but no object. Restore the file from its source.`,
  );
}

/** Reads a file's rows in order; empty lines are passed over. */
export async function* readNdjson(file: string): AsyncGenerator<NdjsonRow> {
  for await (const { origin, text } of readLines(file)) yield new NdjsonRow(origin, text);
}
