import {
  comparePositions,
  type EventPage,
  type EventStore,
  type GlobalPosition,
  type RecordedEvent,
} from '../event-store/index.ts';

/** An answer's rows are decoded in one turn of the event loop: more of them would hold up whatever else the process does. */
const maxAnswerEvents = 5_000;

/** A page has no more answers beyond so many bytes of events, which are in memory, and as many of the next page. */
const maxPageBytes = 16 * 1024 * 1024;

/** Reads all events page by page, the next one while the caller works on the last. */
export class PageReader {
  private next:
    { readonly after: GlobalPosition; readonly maxEvents: number; readonly page: Promise<EventPage> } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly types: readonly string[] | undefined,
  ) {}

  /** The page after a position; begins to read what follows it, when something does. */
  async read(after: GlobalPosition, maxEvents: number): Promise<EventPage> {
    const ahead = this.next;
    this.next = undefined;
    // A smaller one will do: the caller asks for more from page to page.
    const isMeant = ahead && ahead.maxEvents <= maxEvents && comparePositions(ahead.after, after) === 0;
    const page = await (isMeant ? ahead.page : this.readNow(after, maxEvents));
    if (!page.isLast) {
      const reading = this.readNow(page.position, maxEvents);
      // Its failure belongs to whoever asks for the page, if anybody does.
      reading.catch(() => undefined);
      this.next = { after: page.position, maxEvents, page: reading };
    }
    return page;
  }

  private async readNow(after: GlobalPosition, maxEvents: number): Promise<EventPage> {
    const events: RecordedEvent[] = [];
    let bytes = 0;
    for (let position = after; ;) {
      const answer = await this.store.readPage(position, {
        maxEvents: Math.min(maxAnswerEvents, maxEvents - events.length),
        ...(this.types ? { types: this.types } : {}),
      });
      for (const event of answer.events) events.push(event);
      bytes += bytesOf(answer.events);
      ({ position } = answer);
      if (answer.isLast || events.length >= maxEvents || bytes >= maxPageBytes)
        return { events, position, isLast: answer.isLast };
    }
  }
}

const sampledEvents = 20;
const overheadBytes = 500;

/** About what events take, by some of them. */
function bytesOf(events: readonly RecordedEvent[]): number {
  const step = Math.max(1, Math.floor(events.length / sampledEvents));
  let bytes = 0;
  let sampled = 0;
  for (let index = 0; index < events.length; index += step) {
    bytes += overheadBytes + JSON.stringify(events[index]!.data).length;
    sampled += 1;
  }
  return sampled === 0 ? 0 : (bytes / sampled) * events.length;
}
