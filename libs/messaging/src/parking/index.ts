/**
 * Parked keys: records that wait in the service's own database, in order, because an earlier record of their key could not be
 * processed.
 *
 * Invariants
 * - A record is in the table before its offset is committed, and leaves it after it was handled: it is never in neither place.
 * - While a key is parked, no record of it is handled but by a release, which goes through the table in order of offset; records that
 *   arrive meanwhile are appended to the table, behind those that wait.
 * - One owner: a partition's parked keys are written by the member that owns the partition and holds the newest epoch. The epoch is
 *   raised at each assignment, by a member of the newest generation only; an earlier owner's statement that comes late changes nothing.
 * - What was settled is remembered by offset (`settled_through`) until the partition's commit has passed it, so that a redelivery
 *   brings back neither what was released nor what was skipped.
 */
export { CreateParkedMessages1700000000001 } from './create-parked-messages.migration.ts';
export {
  ParkedKeys,
  type ParkedKey,
  type ParkedMessage,
  type OperatorAct,
  type ParkedKeyName,
  type ParkedKeysFilter,
  type ParkingAuditRow,
} from './parked-keys.ts';
export { ParkedPartition } from './parked-partition.ts';
export { ParkingStore, type PartitionName, type ParkFailure } from './parking-store.ts';
