/**
 * Users whose list may have changed, of one partition of `show_position`: who is next, and how far the partition is done.
 *
 * A user waits once, with the offset of the first record that no list answers yet; so the offset before which everything is done is that of
 * whoever waits the longest. What lay in the partition when it was taken over is added in order, beside what comes meanwhile.
 */
export class ChangedUsers {
  private readonly waiting = new Map<string, number>();
  private nextOffset: number;
  private takingOver = true;

  /** @param doneBefore what the partition's owner before had done. */
  constructor(private readonly doneBefore: number) {
    this.nextOffset = doneBefore;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** A record of the partition; the user waits when it changed something. */
  add(userId: string, isChange: boolean, offset: number): void {
    if (offset < this.doneBefore) return;
    this.nextOffset = Math.max(this.nextOffset, offset + 1);
    if (isChange && !this.waiting.has(userId)) this.waiting.set(userId, offset);
  }

  /** Everything is added that lay in the partition when it was taken over. */
  takenOver(): void {
    this.takingOver = false;
  }

  /** At most `count` users of those who wait and may have their turn, longest first; they wait no more. */
  take(count: number, mayTake: (userId: string) => boolean): string[] {
    const taken: string[] = [];
    for (const userId of this.waiting.keys()) {
      if (taken.length === count) break;
      if (mayTake(userId)) taken.push(userId);
    }
    for (const userId of taken) this.waiting.delete(userId);
    return taken;
  }

  /** The offset before which everything is done, once those who were taken are; undefined until all that lay there is known. */
  done(): number | undefined {
    if (this.takingOver) return undefined;
    let done = this.nextOffset;
    // Those of the take-over wait behind what came meanwhile, so the first need not be the earliest.
    for (const offset of this.waiting.values()) done = Math.min(done, offset);
    return done;
  }
}
