/**
 * The page's side of a scan: takes its server-sent events and keeps what is shown. What arrives between two frames is shown in one,
 * and no more rows are kept than a person scrolls through.
 */
import type { RecordView, ScanEnd, ScanProgress } from '../../messages/record-view.ts';
import { formatMoment } from '../format.ts';
import { isLost, pause, problemIn, reasonOf } from '../live/asked.svelte.ts';

/** Rows that are kept while the end is followed. */
const KEPT_ROWS = 200;
const ASK_AGAIN_MS = 1000;
const MOST_TRIES = 5;

export class MessageFeed {
  records = $state.raw<readonly RecordView[]>([]);
  progress = $state.raw<ScanProgress | null>(null);
  end = $state.raw<ScanEnd | null>(null);
  problem = $state<string | null>(null);
  isRunning = $state(false);
  #abort = new AbortController();
  #arrived: RecordView[] = [];
  #frame = 0;

  /**
   * Begins anew, or goes on with `keep`; what ran before is ended. When the connection is lost, the end is followed again as soon as
   * that can be, and a scan begins again a few times.
   */
  async start(url: string, { follows, keep = false }: { follows: boolean; keep?: boolean }): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    const before = keep ? this.records : [];
    [this.records, this.progress, this.end, this.problem, this.isRunning] = [before, null, null, null, true];
    for (let tries = 1; (await this.#ask(url, follows, abort.signal)) === 'lost'; tries += 1) {
      const since = `The connection was lost at ${formatMoment(new Date().toISOString())}`;
      this.problem = follows ? `${since}; what came until it was back is not shown.` : `${since}.`;
      if (!follows && tries === MOST_TRIES) break;
      if (!follows) {
        this.#forgetArrived();
        this.records = before;
      }
      // Whoever stops meanwhile has ended the next try, too.
      await pause(ASK_AGAIN_MS);
    }
    if (this.#abort === abort) this.isRunning = false;
  }

  stop(): void {
    this.#abort.abort();
    this.#forgetArrived();
    this.isRunning = false;
  }

  #forgetArrived(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#arrived = [];
  }

  async #ask(url: string, follows: boolean, signal: AbortSignal): Promise<'over' | 'lost'> {
    try {
      const response = await fetch(url, { signal });
      if (response.ok && response.body !== null) {
        if (!follows) this.problem = null;
        await this.#read(response.body, follows);
        // What is followed has no end: only a console that stops ends it.
        return follows ? 'lost' : 'over';
      }
      this.problem = problemIn(await response.text()) ?? `The answer was ${response.status}.`;
    } catch (error) {
      if (isLost(error)) return 'lost';
      if (!signal.aborted) this.problem = reasonOf(error);
    }
    return 'over';
  }

  async #read(body: ReadableStream<Uint8Array>, follows: boolean): Promise<void> {
    let text = '';
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block, follows);
    }
  }

  #take(block: string, follows: boolean): void {
    const at = block.indexOf('\ndata: ');
    const data = JSON.parse(block.slice(at + 7)) as unknown;
    switch (block.slice('event: '.length, at)) {
      case 'records':
        this.#arrived.push(...(data as RecordView[]));
        if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#show(follows));
        break;
      case 'progress':
        this.progress = data as ScanProgress;
        break;
      case 'end':
        this.end = data as ScanEnd;
        break;
      default:
        throw new Error((data as { detail: string }).detail);
    }
  }

  #show(follows: boolean): void {
    this.#frame = 0;
    const arrived = this.#arrived;
    this.#arrived = [];
    this.records = follows
      ? [...arrived.toReversed(), ...this.records].slice(0, KEPT_ROWS)
      : [...this.records, ...arrived];
  }
}
