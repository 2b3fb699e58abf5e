/**
 * What the load programs of this folder take, as one JSON argument, and what they print. Each is a process of its own, so that
 * the runner's work is not in the figures; `clientCpu` is the share of one core that it took while it measured.
 */
export interface Span {
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly topic: string;
}

export interface Measured {
  readonly milliseconds: number;
  readonly clientCpu: number;
}

export interface ProduceLoad extends Endpoint, Span {
  /** Bytes of a batch; 0 for a single record. */
  readonly batchBytes: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly inFlight: number;
  /** Whether base offsets are looked at: every record must have got one of its own. A raw sink gives none. */
  readonly verified: boolean;
}

export interface ProduceResult extends Measured {
  readonly records: number;
  readonly bytes: number;
}

export interface FillTopic extends Endpoint {
  readonly partitions: number;
  readonly batchBytes: number;
  /** Default: 100. */
  readonly recordBytes?: number;
  /** Batches in all, to the partitions in turn. */
  readonly batches: number;
  readonly inFlight: number;
}

export interface FetchLoad extends Endpoint, Span {
  readonly batchBytes: number;
  readonly answerBytes: number;
  /** Read from here to `endOffset`, again and again. */
  readonly fromOffset: number;
  readonly endOffset: number;
}

export interface FetchResult extends Measured {
  readonly bytes: number;
}

export interface LatencyLoad extends Endpoint, Span {
  readonly partitions: number;
  readonly recordsPerSecond: number;
}

export interface LatencyResult extends Measured {
  readonly records: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface SyncLoad extends Span {
  readonly path: string;
  readonly perSecond: number;
}

/** Of each write with its sync by itself, and of the time from when it was due until it was done. */
export interface SyncResult extends LatencyResult {
  readonly p99AfterDueMs: number;
}

export interface StuckConsumers extends Endpoint {
  readonly kind: 'stuck' | 'never reads';
  readonly consumers: number;
}

export interface TransactionLoad extends Endpoint, Span {
  /** Producers, each with a transaction of one record to each of `partitions` partitions at a time. */
  readonly producers: number;
  readonly partitions: number;
}

export interface TransactionResult extends Measured {
  readonly transactions: number;
}

export interface KafkajsLoad extends Endpoint {
  readonly work: 'produce' | 'consume';
  readonly records: number;
  readonly recordBytes: number;
}

export interface GroupLoad extends Endpoint {
  readonly members: number;
  readonly partitions: number;
}

export interface GroupResult {
  readonly joinMs: number;
  readonly rebalanceMs: number;
}

/** The argument of this process. */
export function readOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Prints the result and ends the process. */
export function finish(result: object): never {
  console.log(JSON.stringify(result));
  process.exit(0);
}

/** Time and the processor's share, from its making on. */
export class Stopwatch {
  readonly #startedMs = performance.now();
  readonly #used = process.cpuUsage();

  stop(): Measured {
    const milliseconds = performance.now() - this.#startedMs;
    const { user, system } = process.cpuUsage(this.#used);
    return { milliseconds, clientCpu: (user + system) / 1000 / milliseconds };
  }
}
