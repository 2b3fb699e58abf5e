/**
 * Counts the memory of answers, those that are being made and those that clients have not taken yet, and says how large a further
 * one may be.
 *
 * A client that stops reading keeps its answer in memory for as long as its connection lasts, and there may be many such clients.
 * So an answer gets at most a quarter of what is left: there is always some room for the others. When hardly any is left, answers
 * are small, and clients that have taken nothing for long are closed; see `Listener`.
 */
const SHARE = 4;
const SMALL_ANSWER_BYTES = 64 * 1024;

export class AnswerMemory {
  readonly limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** How large an answer that is begun now may become. A batch that is larger is sent all the same when it is the first. */
  get largestAnswerBytes(): number {
    return Math.max(Math.floor((this.limitBytes - this.#usedBytes) / SHARE), SMALL_ANSWER_BYTES);
  }

  /** Whether answers have to be small now. */
  get isExhausted(): boolean {
    return this.largestAnswerBytes === SMALL_ANSWER_BYTES;
  }

  /** A claim of no bytes yet. */
  claim(): AnswerClaim {
    return new AnswerClaim((bytes) => (this.#usedBytes += bytes));
  }
}

/** What one answer, or the unread ones of one connection, take of an {@link AnswerMemory}. Who claims sets it back to 0. */
export class AnswerClaim {
  readonly #note: (changeBytes: number) => void;
  #bytes = 0;

  constructor(note: (changeBytes: number) => void) {
    this.#note = note;
  }

  get bytes(): number {
    return this.#bytes;
  }

  set bytes(bytes: number) {
    this.#note(bytes - this.#bytes);
    this.#bytes = bytes;
  }
}
