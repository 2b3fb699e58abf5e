/**
 * The log of one part: everything to its file, warnings and errors to the terminal too, with the part's name before them.
 *
 * Parts log pino's JSON lines; anything else on stderr (a crash of the runtime) counts as an error. A part that warns
 * without end does not fill the terminal: after a burst the rest is counted and left to the file.
 */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type CombinedLog } from './combined-log.ts';

/** Takes the lines for the terminal. */
export type Announce = (part: string, level: 'warn' | 'error', message: string) => void;

const BURST = 5;
const BURST_WINDOW_MS = 10_000;
const KEPT_LINES = 20;
const LONGEST_SHOWN = 300;

export class PartLog {
  readonly file: string;
  private readonly name: string;
  private readonly announce: Announce;
  private readonly together: CombinedLog | undefined;
  /** The open file. */
  readonly stream: WriteStream;
  private readonly tail: string[] = [];
  private shownSince = 0;
  private shownCount = 0;
  private isStarted = false;

  /** @param together takes every line too */
  constructor(name: string, file: string, announce: Announce, together?: CombinedLog) {
    this.name = name;
    this.file = file;
    this.announce = announce;
    this.together = together;
    mkdirSync(dirname(file), { recursive: true });
    this.stream = createWriteStream(file, { flags: 'a' });
    this.stream.on('error', (error) => this.announce(name, 'error', `its log cannot be written: ${error.message}`));
  }

  /** Takes one line of the part's output. */
  line(line: string, from: 'stdout' | 'stderr'): void {
    this.stream.write(`${line}\n`);
    this.together?.line(this.name, line);
    this.tail.push(line);
    if (this.tail.length > KEPT_LINES) this.tail.shift();
    const entry = parseEntry(line, from);
    if (entry && this.isStarted) this.show(entry.level, entry.message);
  }

  /** A word of the launcher about the part, for the file. */
  note(message: string): void {
    this.stream.write(`${JSON.stringify({ level: 'info', time: new Date().toISOString(), launcher: message })}\n`);
  }

  /** The demo is up: from now on warnings and errors are shown. What is met on the way there is in the file. */
  started(): void {
    this.isStarted = true;
  }

  /** The line that says best why the part ended, for a message of one line. */
  complaint(): string | undefined {
    const entries = this.tail.map((line) => parseEntry(line, 'stderr')).filter((entry) => entry?.level === 'error');
    const named = entries.findLast((entry) => /\b\w*Error\b.*:|cannot|could not|failed/.test(entry?.message ?? ''));
    return (named ?? entries.at(-1))?.message ?? this.tail.at(-1);
  }

  close(): void {
    this.stream.end();
  }

  private show(level: 'warn' | 'error', message: string): void {
    const nowMs = performance.now();
    if (nowMs - this.shownSince > BURST_WINDOW_MS) {
      if (this.shownCount > BURST) this.announce(this.name, 'warn', `${this.shownCount - BURST} more in ${this.file}`);
      this.shownSince = nowMs;
      this.shownCount = 0;
    }
    this.shownCount += 1;
    if (this.shownCount <= BURST) this.announce(this.name, level, message);
  }
}

interface Entry {
  readonly level: 'warn' | 'error';
  readonly message: string;
}

const LEVELS: Readonly<Record<string, Entry['level'] | undefined>> = { warn: 'warn', error: 'error', fatal: 'error' };

/** What deserves the terminal; `undefined` for the rest. */
function parseEntry(line: string, from: 'stdout' | 'stderr'): Entry | undefined {
  if (!line.startsWith('{')) {
    const text = stripVTControlCharacters(line).trim();
    return from === 'stderr' && text !== '' ? { level: 'error', message: shorten(text) } : undefined;
  }
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown };
    const level = LEVELS[String(entry.level)];
    return level ? { level, message: shorten(String(entry.msg)) } : undefined;
  } catch {
    return undefined;
  }
}

function shorten(message: string): string {
  const oneLine = message.replaceAll(/\s*\n\s*/g, ' ');
  return oneLine.length > LONGEST_SHOWN ? `${oneLine.slice(0, LONGEST_SHOWN)}…` : oneLine;
}
