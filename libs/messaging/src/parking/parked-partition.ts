/**
 * The parked keys of one partition in one generation, in memory: looking whether a record's key is parked costs a look into a map.
 *
 * What the database must know is tried until it does or until the generation ends; nothing here rejects.
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type { RawRecord } from '../client/index.ts';
import type {
  KeyedRecord,
  KeyState,
  Owner,
  ParkFailure,
  ParkingStore,
  PartitionName,
  WaitingRecord,
} from './parking-store.ts';

const backoff: Backoff = { firstMs: 100, maxMs: 5_000 };

/** Rows of one statement. */
const appendLimit = 500;

type KeyInMemory = Omit<KeyState, 'key' | 'state' | 'settledThrough'> & {
  settledThrough: bigint;
  readonly key: Buffer;
};

/** A key's bytes as a map's key. */
const nameOf = (key: Buffer): string => key.toString('latin1');

export interface ParkedPartitionOptions {
  readonly maxKeys: number;
  /** Of the group, in which the partition was assigned. */
  readonly generation: number;
  /** A member that is not told within this time that its generation is over is of the current one. */
  readonly sessionTimeoutMs: number;
}

export class ParkedPartition {
  private readonly logger = new Logger('Parking');
  private owner: Owner | undefined;
  private readonly parked = new Map<string, KeyInMemory>();
  /** Released to the end; kept until their last offset is committed. */
  private readonly drained = new Map<string, bigint>();
  private readonly releasing = new Set<string>();
  private beingParked = 0;

  private acquiring: Promise<void> | undefined;

  constructor(
    readonly place: PartitionName,
    private readonly store: ParkingStore,
    private readonly options: ParkedPartitionOptions,
    private readonly clock: Clock,
  ) {}

  get keys(): number {
    return this.parked.size;
  }

  /** No more keys may be parked. */
  get isFull(): boolean {
    return this.parked.size + this.beingParked >= this.options.maxKeys;
  }

  /** Since when the key waits that waits for the longest; undefined when none does. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const { parkedAtMs } of this.parked.values()) oldest = Math.min(oldest ?? parkedAtMs, parkedAtMs);
    return oldest;
  }

  /** Takes the partition over and loads its keys. Records may be processed when it resolves, unless the generation is over. */
  open(stale: AbortSignal): Promise<void> {
    this.acquiring ??= this.acquire(stale).finally(() => (this.acquiring = undefined));
    return this.acquiring;
  }

  private async acquire(stale: AbortSignal): Promise<void> {
    const { generation, sessionTimeoutMs } = this.options;
    for (let force = false; !stale.aborted; force = true) {
      const taken = await this.persist('taking over', stale, () => this.store.takeOver(this.place, generation, force));
      if (taken) {
        this.load(taken);
        return;
      }
      this.logger.warn(`${this.text}: it is not taken over in generation ${generation}`);
      await this.clock.sleep(sessionTimeoutMs, stale);
    }
  }

  private load({ owner, keys }: { owner: Owner; keys: readonly KeyState[] }): void {
    this.owner = owner;
    this.parked.clear();
    this.drained.clear();
    for (const { key, state, settledThrough, parkedAtMs } of keys)
      if (state === 'drained') this.drained.set(nameOf(key), settledThrough);
      else this.parked.set(nameOf(key), { key, settledThrough, parkedAtMs });
    if (this.parked.size > 0) this.logger.warn(`${this.text}: ${this.parked.size} keys are parked`);
  }

  /** Whether any record has to be looked at. */
  get holdsAny(): boolean {
    return this.parked.size > 0 || this.drained.size > 0;
  }

  holds(key: Buffer | null): boolean {
    return key !== null && this.parked.size > 0 && this.parked.has(nameOf(key));
  }

  /** @returns false when a release of the key is under way. */
  beginRelease(key: Buffer): boolean {
    const name = nameOf(key);
    if (this.releasing.has(name)) return false;
    this.releasing.add(name);
    return true;
  }

  endRelease(key: Buffer): void {
    this.releasing.delete(nameOf(key));
  }

  /** Whether a record was released or skipped already, and is delivered again because its offset was not committed. */
  isSettled({ key, offset }: RawRecord): boolean {
    if (key === null || !this.holdsAny) return false;
    const name = nameOf(key);
    const through = this.parked.get(name)?.settledThrough ?? this.drained.get(name);
    return through !== undefined && offset <= through;
  }

  /** Puts records of parked keys behind those that wait. @returns false when the generation ended before. */
  async append(records: readonly RawRecord[], stale: AbortSignal): Promise<boolean> {
    const keyed = records.filter((record): record is KeyedRecord => record.key !== null && !this.isSettled(record));
    for (let from = 0; from < keyed.length; from += appendLimit) {
      const piece = keyed.slice(from, from + appendLimit);
      if (!(await this.write('appending', stale, (owner) => this.store.append(owner, piece)))) return false;
    }
    return true;
  }

  /**
   * Parks a key with the record that failed. One try: a database that cannot take it may well be why the record failed, and then its
   * key is not at fault.
   * @returns `away`: it is not parked, and the record is to be tried again.
   */
  async park(record: KeyedRecord, failure: ParkFailure, stale: AbortSignal): Promise<'parked' | 'away' | 'stale'> {
    if (!this.owner || stale.aborted) return 'stale';
    const parkedAtMs = this.clock.nowMs();
    this.beingParked += 1;
    try {
      if (!(await this.store.park(this.owner, record, failure, parkedAtMs))) {
        await this.open(stale);
        return 'away';
      }
    } catch (error) {
      this.warn('parking', error);
      return 'away';
    } finally {
      this.beingParked -= 1;
    }
    const name = nameOf(record.key);
    this.parked.set(name, { key: record.key, parkedAtMs, settledThrough: this.drained.get(name) ?? -1n });
    this.drained.delete(name);
    this.logger.error(
      `${this.text}: key ${JSON.stringify(record.key.toString())} is parked from offset ${record.offset} on after ${failure.attempts} attempts: ${failure.error}: ${failure.reason}`,
    );
    return 'parked';
  }

  /** The records of a key that wait, from the first; none when the generation ended. */
  async waiting(key: Buffer, limit: number, stale: AbortSignal): Promise<WaitingRecord[] | undefined> {
    return this.persist('reading', stale, () => this.store.waiting(this.place, key, limit));
  }

  async settle(key: Buffer, offset: bigint, stale: AbortSignal): Promise<boolean> {
    const settled = await this.write('releasing', stale, (owner) => this.store.settle(owner, key, offset));
    const known = this.parked.get(nameOf(key));
    if (settled && known && offset > known.settledThrough) known.settledThrough = offset;
    return settled;
  }

  parkAgain(key: Buffer, failure: ParkFailure, stale: AbortSignal): Promise<boolean> {
    this.logger.error(`${this.text}: released key ${JSON.stringify(key.toString())} failed again: ${failure.reason}`);
    return this.write('parking', stale, (owner) => this.store.parkAgain(owner, key, failure));
  }

  /** The key's records are handled as they come from now on. Its lane calls this: nothing is appended meanwhile. */
  async finish(key: Buffer, stale: AbortSignal): Promise<boolean> {
    if (!(await this.write('releasing', stale, (owner) => this.store.drained(owner, key)))) return false;
    const name = nameOf(key);
    const settledThrough = this.parked.get(name)?.settledThrough ?? -1n;
    this.parked.delete(name);
    this.drained.set(name, settledThrough);
    this.logger.log(`${this.text}: key ${JSON.stringify(key.toString())} goes on`);
    return true;
  }

  /** Everything below `position` is committed: drained keys below it need not be remembered. Never waits for the database. */
  onCommitted(position: bigint): void {
    const below = [...this.drained].filter(([, through]) => through < position);
    if (below.length === 0 || !this.owner) return;
    for (const [name] of below) this.drained.delete(name);
    // What is not forgotten now is forgotten by the next that is; until then it only takes room.
    this.store.forget(this.owner, position).catch((error: unknown) => this.warn('forgetting', error));
  }

  /** Takes the partition over again where another member has it, and is not of a later generation. @returns false when stale. */
  private async write(what: string, stale: AbortSignal, work: (owner: Owner) => Promise<boolean>): Promise<boolean> {
    while (!stale.aborted) {
      const { owner } = this;
      const written = owner && (await this.persist(what, stale, () => work(owner)));
      if (written) return true;
      await this.open(stale);
    }
    return false;
  }

  private async persist<Result>(
    what: string,
    stale: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    for (let attempt = 1; !stale.aborted; attempt++) {
      try {
        return await work();
      } catch (error) {
        this.warn(what, error);
        await this.clock.sleep(pauseMs(backoff, attempt), stale);
      }
    }
    return undefined;
  }

  private warn(what: string, error: unknown): void {
    this.logger.warn(`${this.text}: ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  private get text(): string {
    const { subscription, topic, partition } = this.place;
    return `group ${subscription}: ${topic}/${partition}`;
  }
}
