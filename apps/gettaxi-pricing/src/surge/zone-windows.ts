import type { ZonePriced } from '@headwater/contracts';

/** So many windows of a zone are kept: half a day of five minutes. */
const mostWindows = 144;

/** The windows of each zone as they were priced last: what this instance has followed since the topic was compacted. */
export class ZoneWindows {
  private readonly byZone = new Map<string, Map<number, ZonePriced>>();

  note(priced: ZonePriced): void {
    const windows = this.byZone.get(priced.zone) ?? new Map<number, ZonePriced>();
    this.byZone.set(priced.zone, windows);
    windows.set(priced.windowStart.getTime(), priced);
    if (windows.size > mostWindows) windows.delete(Math.min(...windows.keys()));
  }

  forget(zone: string): void {
    this.byZone.delete(zone);
  }

  /** What held at a moment: the last window that had begun by then; undefined where none is known. */
  at(zone: string, time: Date): ZonePriced | undefined {
    return this.of(zone).findLast(({ windowStart }) => windowStart <= time);
  }

  /** The earliest first. */
  of(zone: string): ZonePriced[] {
    const windows = [...(this.byZone.get(zone)?.values() ?? [])];
    return windows.sort((one, other) => one.windowStart.getTime() - other.windowStart.getTime());
  }
}
