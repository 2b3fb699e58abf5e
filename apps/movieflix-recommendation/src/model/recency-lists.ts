/**
 * Many short lists in few typed arrays: each entry names something by a number, says when, and how much (0 to 255). A list is in order of
 * time and keeps the newest `maxPerList` of what it was given.
 *
 * Format: entries lie in pages of 65,536, a list in one block of 4, 8, 16 … entries, which moves to a larger block when it is full. Blocks
 * that were left are used again. An entry takes 9 bytes, a list 7 more.
 *
 * Invariant: entries of one time are in order of `compareIds`, so that what a list holds depends on what it was given and not on the order.
 * (An entry that was removed from a full list leaves a gap that an older one, dropped before, does not fill.)
 */
const pageBits = 16;
const pageEntries = 1 << pageBits;
const pageMask = pageEntries - 1;
const smallestBlock = 4;

interface Page {
  readonly ids: Uint32Array;
  readonly seconds: Uint32Array;
  readonly amounts: Uint8Array;
}

/** An entry that had to go. */
export interface Dropped {
  readonly id: number;
  readonly seconds: number;
  readonly amount: number;
}

/** Where a list lies, oldest entry first, until the lists change. */
export interface ListRange extends Page {
  readonly from: number;
  readonly to: number;
}

const nowhere: ListRange = {
  ids: new Uint32Array(),
  seconds: new Uint32Array(),
  amounts: new Uint8Array(),
  from: 0,
  to: 0,
};

export class RecencyLists {
  private readonly pages: Page[] = [];
  private readonly freeBlocks: number[][] = [];
  private starts = new Uint32Array(1024);
  private counts = new Uint16Array(1024);
  /** Power of two of the block's size; 0 for a list without a block. */
  private classes = new Uint8Array(1024);
  private pageUsed = pageEntries;
  private held = 0;

  /** @param compareIds orders entries of one time. */
  constructor(
    private readonly maxPerList: number,
    private readonly compareIds: (one: number, other: number) => number,
  ) {}

  /** Entries in all lists. */
  get size(): number {
    return this.held;
  }

  /** Memory in bytes. */
  get bytes(): number {
    return this.pages.length * pageEntries * 9 + this.starts.length * 7;
  }

  count(list: number): number {
    return this.counts[list] ?? 0;
  }

  /** For loops over many entries. */
  range(list: number): ListRange {
    const count = this.count(list);
    if (count === 0) return nowhere;
    const start = this.starts[list]!;
    const { ids, seconds, amounts } = this.pages[start >>> pageBits]!;
    const from = start & pageMask;
    return { ids, seconds, amounts, from, to: from + count };
  }

  /** The place of an id in a list, or -1. */
  find(list: number, id: number): number {
    const count = this.count(list);
    if (count === 0) return -1;
    const start = this.starts[list]!;
    const { ids } = this.pages[start >>> pageBits]!;
    const from = start & pageMask;
    for (let place = 0; place < count; place++) if (ids[from + place] === id) return place;
    return -1;
  }

  idAt(list: number, place: number): number {
    const start = this.starts[list]!;
    return this.pages[start >>> pageBits]!.ids[(start & pageMask) + place]!;
  }

  secondsAt(list: number, place: number): number {
    const start = this.starts[list]!;
    return this.pages[start >>> pageBits]!.seconds[(start & pageMask) + place]!;
  }

  amountAt(list: number, place: number): number {
    const start = this.starts[list]!;
    return this.pages[start >>> pageBits]!.amounts[(start & pageMask) + place]!;
  }

  /**
   * Adds an entry that the list does not have. Answers the one that had to go: the oldest of a full list, which may be the new one itself.
   */
  add(list: number, id: number, seconds: number, amount: number): Dropped | undefined {
    this.makeRoomForList(list);
    const count = this.counts[list]!;
    let dropped: Dropped | undefined;
    if (count >= this.maxPerList) {
      const oldest = { id: this.idAt(list, 0), seconds: this.secondsAt(list, 0), amount: this.amountAt(list, 0) };
      if (this.compare(seconds, id, oldest.seconds, oldest.id) < 0) return { id, seconds, amount };
      this.removeAt(list, 0);
      dropped = oldest;
    } else if (count === blockSize(this.classes[list]!)) this.enlarge(list);
    this.insert(list, id, seconds, amount);
    return dropped;
  }

  removeAt(list: number, place: number): void {
    const start = this.starts[list]!;
    const { ids, seconds, amounts } = this.pages[start >>> pageBits]!;
    const from = (start & pageMask) + place;
    const end = (start & pageMask) + this.counts[list]!;
    ids.copyWithin(from, from + 1, end);
    seconds.copyWithin(from, from + 1, end);
    amounts.copyWithin(from, from + 1, end);
    this.counts[list]!--;
    this.held--;
  }

  /** Empties a list and gives its block back. */
  clear(list: number): void {
    const sizeClass = this.classes[list] ?? 0;
    if (sizeClass === 0) return;
    this.held -= this.counts[list]!;
    this.free(sizeClass, this.starts[list]!);
    this.counts[list] = 0;
    this.classes[list] = 0;
  }

  /** Behind all that is older. */
  private insert(list: number, id: number, at: number, amount: number): void {
    const start = this.starts[list]!;
    const { ids, seconds, amounts } = this.pages[start >>> pageBits]!;
    const from = start & pageMask;
    const end = from + this.counts[list]!;
    let place = end;
    while (place > from && this.compare(at, id, seconds[place - 1]!, ids[place - 1]!) < 0) place--;
    if (place < end) {
      ids.copyWithin(place + 1, place, end);
      seconds.copyWithin(place + 1, place, end);
      amounts.copyWithin(place + 1, place, end);
    }
    ids[place] = id;
    seconds[place] = at;
    amounts[place] = amount;
    this.counts[list]!++;
    this.held++;
  }

  private compare(seconds: number, id: number, otherSeconds: number, otherId: number): number {
    return seconds - otherSeconds || (id === otherId ? 0 : this.compareIds(id, otherId));
  }

  private makeRoomForList(list: number): void {
    let room = this.counts.length;
    if (list < room) return;
    while (room <= list) room = Math.ceil(room * 1.5);
    this.starts = enlarged(this.starts, new Uint32Array(room));
    this.counts = enlarged(this.counts, new Uint16Array(room));
    this.classes = enlarged(this.classes, new Uint8Array(room));
  }

  private enlarge(list: number): void {
    const sizeClass = this.classes[list]!;
    const start = this.starts[list]!;
    const largerClass = sizeClass === 0 ? Math.log2(smallestBlock) : sizeClass + 1;
    const larger = this.takeBlock(largerClass);
    if (sizeClass > 0) {
      this.copyBlock(start, larger, this.counts[list]!);
      this.free(sizeClass, start);
    }
    this.starts[list] = larger;
    this.classes[list] = largerClass;
  }

  private copyBlock(from: number, to: number, count: number): void {
    const source = this.pages[from >>> pageBits]!;
    const target = this.pages[to >>> pageBits]!;
    const first = from & pageMask;
    target.ids.set(source.ids.subarray(first, first + count), to & pageMask);
    target.seconds.set(source.seconds.subarray(first, first + count), to & pageMask);
    target.amounts.set(source.amounts.subarray(first, first + count), to & pageMask);
  }

  private takeBlock(sizeClass: number): number {
    const free = this.freeBlocks[sizeClass]?.pop();
    if (free !== undefined) return free;
    const size = blockSize(sizeClass);
    if (this.pageUsed + size > pageEntries) this.addPage();
    const start = (this.pages.length - 1) * pageEntries + this.pageUsed;
    this.pageUsed += size;
    return start;
  }

  /** What is left of the page before becomes free blocks, so that no entry of it is lost. */
  private addPage(): void {
    while (this.pageUsed < pageEntries) {
      const sizeClass = Math.min(Math.floor(Math.log2(pageEntries - this.pageUsed)), 31);
      this.free(sizeClass, (this.pages.length - 1) * pageEntries + this.pageUsed);
      this.pageUsed += blockSize(sizeClass);
    }
    this.pages.push({
      ids: new Uint32Array(pageEntries),
      seconds: new Uint32Array(pageEntries),
      amounts: new Uint8Array(pageEntries),
    });
    this.pageUsed = 0;
  }

  private free(sizeClass: number, start: number): void {
    (this.freeBlocks[sizeClass] ??= []).push(start);
  }
}

const blockSize = (sizeClass: number): number => (sizeClass === 0 ? 0 : 1 << sizeClass);

function enlarged<Values extends Uint32Array | Uint16Array | Uint8Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
