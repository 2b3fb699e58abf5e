/** Taxis that report where they are, over HTTP. */
import { setTimeout as delay } from 'node:timers/promises';
import { answerOf } from '../../taxi/index.ts';
import { positionOf } from './taxis.ts';

export const batchSize = 500;
export const batchesInFlight = 8;

/** Reports in order; every one is newer than what was there. */
export class PositionLoad {
  private next = 0;
  private readonly startMs = Date.now() - 24 * 3_600_000;

  constructor(private readonly url: string) {}

  async asFastAsAnswered(positions: number): Promise<number> {
    const end = this.next + positions;
    const startedMs = performance.now();
    const senders = Array.from({ length: batchesInFlight }, async () => {
      while (this.next < end) await this.batch();
    });
    await Promise.all(senders);
    return (positions / (performance.now() - startedMs)) * 1000;
  }

  /** Batches at a fixed rate, whether or not those before were answered. Answers what was accepted a second, to the last answer. */
  async atRate(perSecond: number, seconds: number): Promise<number> {
    const batches = (perSecond * seconds) / batchSize;
    const startedMs = performance.now();
    const sent: Promise<void>[] = [];
    for (let number = 0; number < batches; number += 1) {
      await delay(Math.max(0, startedMs + (number * batchSize * 1000) / perSecond - performance.now()));
      sent.push(this.batch());
    }
    await Promise.all(sent);
    const tookMs = Math.max(performance.now() - startedMs, seconds * 1000);
    return (batches * batchSize * 1000) / tookMs;
  }

  private async batch(): Promise<void> {
    const first = this.next;
    this.next += batchSize;
    const positions = Array.from({ length: batchSize }, (_, index) => positionOf(first + index, this.startMs));
    for (;;) {
      const path = `${this.url}/taxis/positions`;
      const { body } = await answerOf<{ results: readonly ItemAnswer[] }>('POST', path, { positions });
      const refused = body.results.find(({ status }) => status !== 'recorded');
      if (!refused) return;
      // A broker that is too slow on this machine is asked again, which the figure shows.
      if (refused.problem?.status !== 503) throw new Error(`a position was refused: ${JSON.stringify(refused)}`);
    }
  }
}

interface ItemAnswer {
  readonly status: string;
  readonly problem?: { readonly status: number };
}
