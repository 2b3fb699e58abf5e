import type { LogSegment } from './log-segment.ts';

/** A log's segments in the order of their offsets; never empty. The last one takes the appends. */
export class SegmentList {
  readonly #segments: LogSegment[];

  constructor(segments: readonly LogSegment[]) {
    if (segments.length === 0) throw new Error('A log needs a segment');
    this.#segments = [...segments];
    this.active.active = true;
  }

  get active(): LogSegment {
    return this.#segments.at(-1)!;
  }

  get first(): LogSegment {
    return this.#segments[0]!;
  }

  get count(): number {
    return this.#segments.length;
  }

  get sizeBytes(): number {
    let total = 0;
    for (const segment of this.#segments) total += segment.sizeBytes;
    return total;
  }

  all(): readonly LogSegment[] {
    return this.#segments;
  }

  push(segment: LogSegment): void {
    this.active.seal();
    segment.active = true;
    this.#segments.push(segment);
  }

  /** Makes `segment` the last again; those behind it were never written. */
  cutAfter(segment: LogSegment): void {
    this.#segments.length = this.#segments.indexOf(segment) + 1;
    segment.active = true;
  }

  /** Takes the first `count` segments away; never the last one. */
  shift(count: number): LogSegment[] {
    return this.#segments.splice(0, Math.min(count, this.#segments.length - 1));
  }

  /** Puts one segment in the place of `sources`, which follow one another and do not hold the last. */
  replace(sources: readonly LogSegment[], replacement: LogSegment): void {
    const index = this.#segments.indexOf(sources[0]!);
    const fits = index >= 0 && sources.every((source, at) => this.#segments[index + at] === source);
    if (!fits || index + sources.length >= this.#segments.length) throw new Error('These segments cannot be replaced');
    this.#segments.splice(index, sources.length, replacement);
  }

  /** Index of the last segment that begins at or before `offset`; 0 when all begin after it. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  at(index: number): LogSegment | undefined {
    return this.#segments[index];
  }
}
