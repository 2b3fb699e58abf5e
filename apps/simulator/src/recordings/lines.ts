/** Lines of a text file, each with its place, so that a wrong one is found at once. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SimulatorError } from '../simulator-error.ts';

export interface Line {
  /** File and line, for messages. */
  readonly origin: string;
  readonly text: string;
}

/**
 * Reads a file's lines in order, packed by gzip or not; empty ones are passed over.
 *
 * @throws SimulatorError for a file that cannot be read
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  const input = new PassThrough();
  const bytes = createReadStream(file);
  // An error of any part destroys the last one with it, where the loop below meets it.
  pipeline(file.endsWith('.gz') ? [bytes, createGunzip(), input] : [bytes, input], () => undefined);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      if (text.trim() !== '') yield { origin: `${file}:${number}`, text };
    }
  } catch (error) {
    if (error instanceof SimulatorError) throw error;
    const reason = Error.isError(error) ? error.message : String(error);
    throw new SimulatorError('TRACE_FILE_UNREADABLE', `${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** @throws SimulatorError that says what is wrong with a row, and where it stands */
export function failRow(origin: string, what: string, cause?: unknown): never {
  const message = `${origin}: the row ${what}. Restore the file from its source.`;
  throw new SimulatorError('TRACE_ROW_INVALID', message, { cause });
}
