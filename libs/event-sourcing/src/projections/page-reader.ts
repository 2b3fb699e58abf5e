import { comparePositions, type EventPage, type EventStore, type GlobalPosition } from '../event-store/index.ts';

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
    const isMeant = ahead?.maxEvents === maxEvents && comparePositions(ahead.after, after) === 0;
    const page = await (isMeant ? ahead.page : this.readNow(after, maxEvents));
    if (!page.isLast) {
      const reading = this.readNow(page.position, maxEvents);
      // Its failure belongs to whoever asks for the page, if anybody does.
      reading.catch(() => undefined);
      this.next = { after: page.position, maxEvents, page: reading };
    }
    return page;
  }

  private readNow(after: GlobalPosition, maxEvents: number): Promise<EventPage> {
    return this.store.readPage(after, { maxEvents, ...(this.types ? { types: this.types } : {}) });
  }
}
