/**
 * Until when the slot is certainly this reader's, by its own clock, which goes on while the process is suspended.
 *
 * The server frees the slot when it has not heard of the reader for `leaseMs`. It was heard of at a status update that the server
 * says to have taken, or by the command that began the stream; publishing is allowed for two thirds of the lease after that.
 */
export class SenderLease {
  private readonly leaseMs: number;
  private endsMs: number;

  /** @param heardMs when the server certainly had not heard of the reader for the last time yet */
  constructor(leaseMs: number, heardMs: number) {
    this.leaseMs = (leaseMs * 2) / 3;
    this.endsMs = heardMs + this.leaseMs;
  }

  get isCertain(): boolean {
    return ownClockMs() < this.endsMs;
  }

  heard(heardMs: number): void {
    this.endsMs = Math.max(this.endsMs, heardMs + this.leaseMs);
  }
}

/** Milliseconds since 1970 as they were when the process started, and a clock that is never set from then on. */
export function ownClockMs(): number {
  return performance.timeOrigin + performance.now();
}
