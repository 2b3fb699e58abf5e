/**
 * Bounds the bytes of requests that all connections together hold in memory.
 *
 * A connection asks for a frame's size before it reads the frame's body, and waits its turn when the budget is used up.
 * A granted frame is never taken back, so that it can always be completed, handled and released: no set of half-read
 * frames can wait for each other. One frame larger than the whole budget is granted when nothing else is held.
 *
 * A claim is of what was announced, not of what has come: who announces much and sends nothing keeps others waiting. The listener
 * ends such connections while others wait.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  readonly #waiting = new Set<MemoryTicket>();

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes held by granted tickets. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether a claim waits. */
  get isContended(): boolean {
    return this.#waiting.size > 0;
  }

  /** Asks for `bytes`; `onGranted` is called later when they cannot be granted at once, in the order of the calls. */
  request(bytes: number, onGranted: () => void): MemoryTicket {
    const ticket = new MemoryTicket(this, bytes, onGranted);
    if (this.#waiting.size === 0 && this.#hasRoomFor(bytes)) this.grant(ticket);
    else this.#waiting.add(ticket);
    return ticket;
  }

  /** Counts the ticket as held, whether there is room or not. */
  grant(ticket: MemoryTicket): void {
    this.#waiting.delete(ticket);
    ticket.isGranted = true;
    this.#usedBytes += ticket.bytes;
  }

  /** Gives the ticket's bytes back, or stops waiting for them. */
  release(ticket: MemoryTicket): void {
    if (ticket.isGranted) {
      ticket.isGranted = false;
      this.#usedBytes -= ticket.bytes;
    } else {
      this.#waiting.delete(ticket);
    }
    for (const next of this.#waiting) {
      if (!this.#hasRoomFor(next.bytes)) return;
      this.grant(next);
      next.onGranted();
    }
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#usedBytes === 0) return true;
    return this.#usedBytes < this.limitBytes && this.#usedBytes + bytes <= this.limitBytes;
  }
}

/** A claim on a {@link MemoryBudget}. Releasing it twice is a defect that the budget would not notice: the owner forgets it. */
export class MemoryTicket {
  readonly #budget: MemoryBudget;
  readonly bytes: number;
  readonly onGranted: () => void;
  /** Set by the budget alone. */
  isGranted = false;

  constructor(budget: MemoryBudget, bytes: number, onGranted: () => void) {
    this.#budget = budget;
    this.bytes = bytes;
    this.onGranted = onGranted;
  }

  /** For bytes that lie in memory already: counts them though the budget may be used up. */
  force(): void {
    if (!this.isGranted) this.#budget.grant(this);
  }

  release(): void {
    this.#budget.release(this);
  }
}
