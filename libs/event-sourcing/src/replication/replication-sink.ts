import { type CreatedSlot } from './replication-connection.ts';
import { type Relation, type RowChange, type TransactionInfo } from './row-change.ts';
import { type SlotControl } from './slot-control.ts';

/** Adds an item to what is to be published. @param bytes that it takes, roughly */
export type TakeItem<Item> = (item: Item, bytes: number) => void;

/** What reads from the slot works with before the stream begins. */
export interface SlotPreparation<Item> {
  readonly control: SlotControl;
  /** Aborted when the session is told to stop, or the connection ended. */
  readonly ended: AbortSignal;
  /** Makes the slot; for `use`, `control` is in a transaction that shows the tables as they are where the slot begins. */
  createSlot(use: (created: CreatedSlot) => Promise<void>): Promise<void>;
  /** Publishes items in order, trying for as long as it takes. */
  publish(items: readonly Item[]): Promise<void>;
}

/** What becomes of the changes. Calls come one after another, in order of the log. */
export interface ReplicationSink<Item> {
  /**
   * Called before each stream, when no other process reads from the slot. Creates the slot if need be.
   *
   * @throws ReplicationError to end the session, or to wait
   */
  prepare(preparation: SlotPreparation<Item>): Promise<void>;
  relation?(relation: Relation): void;
  change(change: RowChange, transaction: TransactionInfo, take: TakeItem<Item>): void;
  truncate?(relation: Relation, lsn: bigint, transaction: TransactionInfo, take: TakeItem<Item>): void;
  /**
   * Resolves when the broker has acknowledged all. Once it has settled, nothing is on its way any more. Calls never overlap.
   *
   * @throws ReplicationError that is not retriable, to end the session; any other error is met by trying again, for ever
   */
  publish(items: readonly Item[]): Promise<void>;
  /**
   * Called before PostgreSQL is told that what was published is safe.
   *
   * @returns the first place in the log that is needed still; undefined when all that was published is safe
   */
  settle?(): Promise<bigint | undefined>;
}
