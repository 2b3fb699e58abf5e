/** Work at a pace: one that is told, or that of the answers. */

/** Milliseconds of the epoch, with their fractions: to be held against another process's clock. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Does a piece of work so often a second, for so long, whether the ones before are through or not; resolves when all are. */
export async function atRate(
  perSecond: number,
  seconds: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const total = perSecond * seconds;
  const startedMs = performance.now();
  const running: Promise<void>[] = [];
  const through = Promise.withResolvers<undefined>();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * perSecond) / 1000));
    while (running.length < due) running.push(work(running.length));
    if (running.length === total) through.resolve(undefined);
  }, 1);
  await through.promise;
  clearInterval(timer);
  await Promise.all(running);
}

/** Sends so many items, of which `first` is the number of the first; resolves when they are accepted. */
export type SendBatch = (first: number, items: number) => Promise<void>;

/** Items that go in batches, in order: no number is sent twice, however often it is asked for more. */
export class BatchLoad {
  private next = 0;

  constructor(
    private readonly batchSize: number,
    private readonly send: SendBatch,
  ) {}

  /** By so many senders, each with one batch under way. Answers how many items were accepted a second. */
  async asFastAsAnswered(items: number, senders: number): Promise<number> {
    const end = this.next + items;
    const startedMs = performance.now();
    const sending = async (): Promise<void> => {
      while (this.next < end) await this.sendNext();
    };
    await Promise.all(Array.from({ length: senders }, sending));
    return (items / (performance.now() - startedMs)) * 1000;
  }

  /** Whether or not the batches before were answered. Answers how many items were accepted a second, to the last answer. */
  async atRate(perSecond: number, seconds: number): Promise<number> {
    const startedMs = performance.now();
    await atRate(perSecond / this.batchSize, seconds, () => this.sendNext());
    const tookMs = Math.max(performance.now() - startedMs, seconds * 1000);
    return ((perSecond * seconds) / tookMs) * 1000;
  }

  private sendNext(): Promise<void> {
    const first = this.next;
    this.next += this.batchSize;
    return this.send(first, this.batchSize);
  }
}
