/** Lets one loop sleep until it is woken or a time is over. A call that comes while nobody sleeps ends the next sleep. */
export class WakeUp {
  private pending = false;
  private wakeSleeper: (() => void) | undefined;

  readonly call = (): void => {
    this.pending = true;
    this.wakeSleeper?.();
  };

  async sleep(maxMs: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxMs);
        this.wakeSleeper = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wakeSleeper = undefined;
    }
    this.pending = false;
  }
}
