/** Bytes that may be on their way at a time. Who finds too few left waits its turn, in order of arrival. */
export class ByteBudget {
  private left: number;
  private readonly waiting = new Set<{ bytes: number; grant: () => void }>();

  constructor(readonly totalBytes: number) {
    this.left = totalBytes;
  }

  /**
   * Calls `onGranted` when the bytes are there, at once if they are, or `onTimeout` when `timeoutMs` is over first. Grants are made
   * in order of the calls and in the turn of the grant, so that what they do keeps the order too. A record larger than the whole
   * budget counts as the whole.
   */
  take(bytes: number, timeoutMs: number, onGranted: () => void, onTimeout: () => void): void {
    const wanted = Math.min(bytes, this.totalBytes);
    if (this.waiting.size === 0 && wanted <= this.left) {
      this.left -= wanted;
      onGranted();
      return;
    }
    const waiter = {
      bytes: wanted,
      grant: (): void => {
        clearTimeout(timer);
        onGranted();
      },
    };
    const timer = setTimeout(() => {
      this.waiting.delete(waiter);
      onTimeout();
      this.grantNext();
    }, timeoutMs);
    this.waiting.add(waiter);
  }

  /** Bytes that are on their way. */
  get takenBytes(): number {
    return this.totalBytes - this.left;
  }

  give(bytes: number): void {
    this.left += Math.min(bytes, this.totalBytes);
    this.grantNext();
  }

  private grantNext(): void {
    for (const waiter of this.waiting) {
      if (waiter.bytes > this.left) return;
      this.waiting.delete(waiter);
      this.left -= waiter.bytes;
      waiter.grant();
    }
  }
}
