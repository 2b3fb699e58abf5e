import { Injectable } from '@nestjs/common';

/** Tells who waits that totals have changed. A change raised while nobody waits is told to the next who does. */
@Injectable()
export class ChangeSignal {
  private raised = false;
  private wake: (() => void) | undefined;

  raise(): void {
    this.raised = true;
    this.wake?.();
  }

  /** Resolves at a change, or when `timeoutMs` is over or the signal aborts. One waits at a time. */
  async wait(timeoutMs: number, stopping: AbortSignal): Promise<void> {
    if (!this.raised && !stopping.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        stopping.addEventListener('abort', this.wake, { once: true });
      });
      if (this.wake) stopping.removeEventListener('abort', this.wake);
      this.wake = undefined;
    }
    this.raised = false;
  }
}
