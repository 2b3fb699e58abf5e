/** What a drill says while it runs: lines that stay, and on a terminal one that changes. */
const CLEAR = '\r\u001b[K';

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  readonly #output: ProgressOutput;
  readonly #everyMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param everyMs how often the changing line changes, at most. */
  constructor(output: ProgressOutput, everyMs = 100) {
    this.#output = output;
    this.#everyMs = everyMs;
  }

  readonly show = (line: string): void => {
    const nowMs = performance.now();
    if (this.#output.isTTY !== true || nowMs - this.#lastMs < this.#everyMs) return;
    this.#lastMs = nowMs;
    this.#output.write(`${CLEAR}${line}`);
  };

  readonly say = (line: string): void => {
    this.#output.write(`${this.#output.isTTY === true ? CLEAR : ''}${line}\n`);
    this.#lastMs = Number.NEGATIVE_INFINITY;
  };
}
