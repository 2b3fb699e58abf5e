/**
 * Faults of clients, on demand: a request that is sent twice, one that tells of what happened long ago, one that is broken.
 * What is sent twice or late counts once and is acknowledged; what is broken is extra, and must be refused with a reason.
 */
import { type SendCommand, type SendResult } from '../replay/command-sender.ts';
import { type TraceEvent } from '../replay/trace.ts';
import { SeededRandom } from './seeded-random.ts';

/** Shares are 0 to 1 of the requests. */
export interface FaultOptions {
  readonly duplicate: number;
  readonly malformed: number;
  readonly late: number;
  /** How long ago that happened which a late request tells of. */
  readonly lateByMs: number;
}

export const NO_FAULTS: FaultOptions = { duplicate: 0, malformed: 0, late: 0, lateByMs: 0 };

export const FAULT_KINDS = ['duplicate', 'late', 'malformed'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What became of the requests of one kind. */
export interface FaultCount {
  sent: number;
  acknowledged: number;
  /** How many were refused, by status. */
  readonly refused: Map<number, number>;
  /** The words of the first refusal. */
  example?: string;
}

/** Something that is no text, number, list or truth, wherever a field wants one of these. */
const NONSENSE = { broken: 'by the simulator' };

/** A request with what goes wrong with it. */
export interface FaultyRequest {
  readonly event: TraceEvent;
  readonly isLate: boolean;
  readonly isTwice: boolean;
  /** Sent beside it. */
  readonly broken: TraceEvent | undefined;
}

export class Faults {
  readonly counts: Readonly<Record<FaultKind, FaultCount>> = {
    duplicate: { sent: 0, acknowledged: 0, refused: new Map() },
    late: { sent: 0, acknowledged: 0, refused: new Map() },
    malformed: { sent: 0, acknowledged: 0, refused: new Map() },
  };
  private readonly options: FaultOptions;
  private readonly random: SeededRandom;
  private made = 0;

  constructor(options: FaultOptions, seed: number) {
    this.options = options;
    this.random = new SeededRandom(seed);
  }

  /** Whether services answered as they must: the broken ones were refused, the others taken. */
  get areAnsweredWell(): boolean {
    const { duplicate, late, malformed } = this.counts;
    return duplicate.refused.size === 0 && late.refused.size === 0 && malformed.acknowledged === 0;
  }

  /** Makes the next request, and decides what goes wrong with it. */
  request(nowMs: number, next: (nowMs: number) => TraceEvent): FaultyRequest {
    const isLate = this.happens(this.options.late);
    const event = next(isLate ? nowMs - this.options.lateByMs : nowMs);
    // A question changes nothing, however it is asked.
    if (event.method === 'GET') return { event, isLate: false, isTwice: false, broken: undefined };
    const isTwice = this.happens(this.options.duplicate);
    const broken = this.happens(this.options.malformed) ? this.brokenCopy(event) : undefined;
    return { event, isLate, isTwice, broken };
  }

  /** Sends what goes wrong after a request was answered, and counts the answers. */
  async follow(request: FaultyRequest, answer: SendResult, send: SendCommand): Promise<void> {
    const { event, isLate, isTwice, broken } = request;
    if (isLate) this.count('late', answer, event);
    if (isTwice) this.count('duplicate', await send({ ...event, onAnswer: undefined }), event);
    if (broken !== undefined) this.count('malformed', await send(broken), broken);
  }

  private happens(share: number): boolean {
    return share > 0 && this.random.next() < share;
  }

  private count(kind: FaultKind, result: SendResult, event: TraceEvent): void {
    const count = this.counts[kind];
    count.sent += 1;
    const refusal = result.outcome === 'refused' ? result : fullyRefused(result.refusedItems, event.count);
    if (refusal === undefined) count.acknowledged += 1;
    else count.refused.set(refusal.status, (count.refused.get(refusal.status) ?? 0) + 1);
    if (refusal !== undefined) count.example ??= refusal.reason;
  }

  /** The same request with a key of its own, cut off in the middle or with a field that is no such thing. */
  private brokenCopy(event: TraceEvent): TraceEvent {
    this.made += 1;
    const single = firstItemOnly(event.body);
    const isCut = this.made % 2 === 0;
    const text = JSON.stringify(isCut ? single : withNonsense(single, this.random));
    return {
      ...event,
      kind: 'broken requests',
      count: 1,
      idempotencyKey: `${event.idempotencyKey}-broken`,
      onAnswer: undefined,
      rawBody: isCut ? text.slice(0, Math.ceil(text.length / 2)) : text,
    };
  }
}

/** A batch whose items were all refused, each by itself. */
function fullyRefused(items: readonly { status: number; reason: string }[] = [], count = 1) {
  return items.length >= count ? items[0] : undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** A batch shortened to one item, so that a broken item is a broken request. */
function firstItemOnly(body: Json): Json {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, 1) : value]),
  );
}

/** One field, of the item if there is one, becomes nonsense. */
function withNonsense(body: Json, random: SeededRandom): Json {
  const lists = Object.entries(body).filter(([, value]) => Array.isArray(value));
  const [name, list] = lists[0] ?? [];
  if (name === undefined) return { ...body, [anyName(body, random)]: NONSENSE };
  const item = (list as readonly Json[])[0] ?? {};
  return { ...body, [name]: [{ ...item, [anyName(item, random)]: NONSENSE }] };
}

function anyName(of: Json, random: SeededRandom): string {
  const names = Object.keys(of);
  return names[random.below(names.length)] ?? 'nothing';
}
