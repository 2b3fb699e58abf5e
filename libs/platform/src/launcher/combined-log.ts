/**
 * What all parts say, in one file to follow: `tail -f .headwater/logs/all.log`. A line for people, with its part's name in the part's
 * color before it; the part's own file keeps what was written.
 */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { styleText } from 'node:util';
import { partStyle } from './terminal.ts';

const NAME_WIDTH = 26;
const LEVEL_STYLES = new Map([
  ['warn', 'yellow'],
  ['error', 'red'],
  ['fatal', 'red'],
] as const);

export class CombinedLog {
  readonly stream: WriteStream;
  readonly #names: string[] = [];

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.stream = createWriteStream(file, { flags: 'a' });
    // The parts' own logs say that the disk is full.
    this.stream.on('error', () => undefined);
  }

  /** Takes one line of a part's output. */
  line(part: string, line: string): void {
    if (!this.#names.includes(part)) this.#names.push(part);
    const name = styleText(partStyle(this.#names.indexOf(part)), part.padEnd(NAME_WIDTH), { validateStream: false });
    this.stream.write(`${name} ${readable(line)}\n`);
  }

  close(): void {
    this.stream.end();
  }
}

/** Time, level and words of pino's JSON; any other line as it is. */
function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { time, level, context, msg } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const clock = typeof time === 'string' ? time.slice(11, 23) : '';
    const style = LEVEL_STYLES.get(level as 'warn');
    const word = String(level).padEnd(5);
    const shown = style === undefined ? word : styleText(style, word, { validateStream: false });
    const about = typeof context === 'string' ? `${context}: ` : '';
    return `${clock} ${shown} ${about}${String(msg)}`;
  } catch {
    return line;
  }
}
