/** Does something again and again, never twice at once: often while it is watched, seldom while it is not. */
export class RepeatedLook {
  readonly #look: () => Promise<void>;
  readonly #intervalMs: number;
  readonly #idleFactor: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWatched = false;
  #isStopped = false;

  /** @param look must not reject */
  constructor(look: () => Promise<void>, intervalMs: number, idleFactor: number) {
    this.#look = look;
    this.#intervalMs = intervalMs;
    this.#idleFactor = idleFactor;
  }

  start(): void {
    this.#run();
  }

  /** A first watcher does not wait for the next seldom look. */
  setWatched(isWatched: boolean): void {
    const isNews = isWatched && !this.#isWatched;
    this.#isWatched = isWatched;
    if (isNews && this.#running === undefined) this.#run();
  }

  /** Resolves when no look is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => this.#run(), this.#intervalMs * (this.#isWatched ? 1 : this.#idleFactor));
    });
  }
}
