/**
 * Latencies in buckets of about 2 % width, from 10 microseconds to over an hour: percentiles of any number of samples in
 * a fixed 1,024 counters.
 */
const BUCKETS = 1024;
const SMALLEST_MS = 0.01;
const GROWTH = 1.02;

export class LatencyHistogram {
  private readonly counts = new Float64Array(BUCKETS);
  private total = 0;
  private largestMs = 0;

  get count(): number {
    return this.total;
  }

  get maxMs(): number {
    return this.largestMs;
  }

  record(durationMs: number): void {
    const bucket = durationMs <= SMALLEST_MS ? 0 : Math.ceil(Math.log(durationMs / SMALLEST_MS) / Math.log(GROWTH));
    const index = Math.min(bucket, BUCKETS - 1);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.total += 1;
    this.largestMs = Math.max(this.largestMs, durationMs);
  }

  /** The latency in milliseconds that `percent` (0..100) of the samples do not exceed; 0 without samples. */
  percentileMs(percent: number): number {
    const rank = Math.ceil((percent / 100) * this.total);
    let seen = 0;
    for (const [index, count] of this.counts.entries()) {
      seen += count;
      if (count > 0 && seen >= rank) return Math.min(SMALLEST_MS * GROWTH ** index, this.largestMs);
    }
    return 0;
  }
}
