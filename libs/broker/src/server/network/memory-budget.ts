/**
 * Bounds the bytes of requests that all connections together hold in memory.
 *
 * A connection claims the first part of a frame before it reads on, and more as the frame comes; it waits its turn when the budget is
 * used up. What is held is never taken back. So a claim is a few times of what has come at most: who announces much and sends
 * nothing keeps nobody waiting.
 *
 * Half-read frames cannot wait for each other for ever: when all that is held is held by frames that wait for more, the oldest of
 * them gets it over the budget, and again until it is complete. Invariant: no more is held than the budget and one frame.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  /** Claims of nothing yet, in the order of the calls. */
  readonly #waiting = new Set<MemoryTicket>();
  /** Claims that hold something and wait for more. */
  readonly #growing = new Set<MemoryTicket>();
  #heldByGrowingBytes = 0;
  #requested = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes held by granted tickets. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether a claim waits. */
  get isContended(): boolean {
    return this.#waiting.size > 0 || this.#growing.size > 0;
  }

  /** Asks for `bytes`; `onGranted` is called later when they cannot be granted at once, in the order of the calls. */
  request(bytes: number, onGranted: () => void): MemoryTicket {
    const ticket = new MemoryTicket(this, this.#requested++, bytes, onGranted);
    if (!this.isContended && this.#hasRoomFor(bytes)) this.grant(ticket);
    else this.#waiting.add(ticket);
    return ticket;
  }

  /** Asks for the rest of a ticket's bytes, which were raised, before claims of others that hold nothing. */
  grow(ticket: MemoryTicket): void {
    if (this.#growing.size === 0 && this.#hasRoomFor(ticket.bytes - ticket.heldBytes)) {
      this.grant(ticket);
      return;
    }
    ticket.isGranted = false;
    this.#growing.add(ticket);
    this.#heldByGrowingBytes += ticket.heldBytes;
    this.#serve();
  }

  /** Counts the ticket as held, whether there is room or not. */
  grant(ticket: MemoryTicket): void {
    this.#forget(ticket);
    ticket.isGranted = true;
    this.#usedBytes += ticket.bytes - ticket.heldBytes;
    ticket.heldBytes = ticket.bytes;
  }

  /** Gives the ticket's bytes back, and stops waiting for more. */
  release(ticket: MemoryTicket): void {
    this.#forget(ticket);
    ticket.isGranted = false;
    this.#usedBytes -= ticket.heldBytes;
    ticket.heldBytes = 0;
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#oldestGrowing(); next !== undefined; next = this.#oldestGrowing()) {
      const mustGoOn = this.#usedBytes === this.#heldByGrowingBytes;
      if (!mustGoOn && !this.#hasRoomFor(next.bytes - next.heldBytes)) return;
      this.grant(next);
      next.onGranted();
    }
    for (const next of this.#waiting) {
      if (!this.#hasRoomFor(next.bytes)) return;
      this.grant(next);
      next.onGranted();
    }
  }

  #oldestGrowing(): MemoryTicket | undefined {
    let oldest: MemoryTicket | undefined;
    for (const ticket of this.#growing) if (oldest === undefined || ticket.number < oldest.number) oldest = ticket;
    return oldest;
  }

  #forget(ticket: MemoryTicket): void {
    this.#waiting.delete(ticket);
    if (this.#growing.delete(ticket)) this.#heldByGrowingBytes -= ticket.heldBytes;
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#usedBytes === 0) return true;
    return this.#usedBytes < this.limitBytes && this.#usedBytes + bytes <= this.limitBytes;
  }
}

/** A claim on a {@link MemoryBudget}. */
export class MemoryTicket {
  readonly #budget: MemoryBudget;
  /** Rises with each request of the budget. */
  readonly number: number;
  readonly onGranted: () => void;
  #bytes: number;
  /** Set by the budget alone. */
  isGranted = false;
  /** Set by the budget alone; `bytes` once all of them are granted. */
  heldBytes = 0;

  constructor(budget: MemoryBudget, number: number, bytes: number, onGranted: () => void) {
    this.#budget = budget;
    this.number = number;
    this.#bytes = bytes;
    this.onGranted = onGranted;
  }

  /** What is claimed in all. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Claims so many in all; `onGranted` is called when they cannot be granted at once. Only on a granted ticket. */
  growTo(bytes: number): void {
    this.#bytes = bytes;
    this.#budget.grow(this);
  }

  /** For bytes that lie in memory already: counts so many though the budget may be used up. */
  force(bytes: number): void {
    this.#bytes = bytes;
    this.#budget.grant(this);
  }

  release(): void {
    this.#budget.release(this);
  }
}
