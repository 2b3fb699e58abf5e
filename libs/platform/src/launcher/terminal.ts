/** What the launcher says: steps as they are done, words of the parts with their name in a color, the table at the end. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const PART_STYLES: readonly Style[] = ['cyan', 'magenta', 'blue', 'green', 'yellow'];

/** The color of the part that was named as the nth, from 0. */
export function partStyle(index: number): Style {
  return PART_STYLES[index % PART_STYLES.length] ?? 'cyan';
}

/** Where the words go. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class Terminal {
  private readonly output: TerminalOutput;
  private readonly styles = new Map<string, Style>();
  private pending: string[] = [];

  constructor(output: TerminalOutput) {
    this.output = output;
  }

  line(text: string): void {
    this.clearPending();
    this.output.write(`${text}\n`);
    this.drawPending();
  }

  /** A word of or about a part. */
  part(name: string, level: 'info' | 'warn' | 'error', message: string): void {
    const label = this.style(this.styleOf(name), name.padEnd(12));
    const word = level === 'info' ? '' : `${this.style(level === 'warn' ? 'yellow' : 'red', level)} `;
    this.line(`${label} ${word}${message}`);
  }

  /** Runs one step of the start: shown as under way on a terminal, with its time when it is done. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    this.clearPending();
    this.pending.push(title);
    this.drawPending();
    try {
      const result = await work();
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      this.done(title);
      this.line(`${this.style('green', '✓')} ${title} ${this.style('dim', `${seconds} s`)}`);
      return result;
    } catch (error) {
      this.done(title);
      throw error;
    }
  }

  style(style: Style, text: string): string {
    return this.output.isTTY ? styleText(style, text, { validateStream: false }) : text;
  }

  private done(title: string): void {
    this.clearPending();
    this.pending = this.pending.filter((other) => other !== title);
    this.drawPending();
  }

  private styleOf(name: string): Style {
    let style = this.styles.get(name);
    if (style === undefined) {
      style = partStyle(this.styles.size);
      this.styles.set(name, style);
    }
    return style;
  }

  private clearPending(): void {
    if (this.output.isTTY && this.pending.length > 0) this.output.write('\r\x1b[2K');
  }

  private drawPending(): void {
    if (this.output.isTTY && this.pending.length > 0) this.output.write(`… ${this.pending.join(', ')}`);
  }
}

/** Lines of a table with aligned columns. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
