/**
 * The page's side of a scan: takes its server-sent events and keeps what is shown. What arrives between two frames is shown in one,
 * and no more rows are kept than a person scrolls through.
 */
import type { RecordView, ScanEnd, ScanProgress } from '../../messages/record-view.ts';
import { problemIn } from '../live/asked.svelte.ts';

/** Rows that are kept while the end is followed. */
const KEPT_ROWS = 200;

export class MessageFeed {
  records = $state.raw<readonly RecordView[]>([]);
  progress = $state.raw<ScanProgress | null>(null);
  end = $state.raw<ScanEnd | null>(null);
  problem = $state<string | null>(null);
  isRunning = $state(false);
  #abort = new AbortController();
  #arrived: RecordView[] = [];
  #frame = 0;

  /** Begins anew, or goes on with `keep`; what ran before is ended. */
  async start(url: string, { follows, keep = false }: { follows: boolean; keep?: boolean }): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    if (!keep) this.records = [];
    [this.progress, this.end, this.problem, this.isRunning] = [null, null, null, true];
    try {
      const response = await fetch(url, { signal: abort.signal });
      if (response.ok && response.body !== null) await this.#read(response.body, follows);
      else this.problem = problemIn(await response.text()) ?? `The answer was ${response.status}.`;
    } catch (error) {
      if (!abort.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    }
    if (this.#abort === abort) this.isRunning = false;
  }

  stop(): void {
    this.#abort.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#arrived = [];
    this.isRunning = false;
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
        this.problem = (data as { detail: string }).detail;
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
