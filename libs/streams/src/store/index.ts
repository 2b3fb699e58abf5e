/**
 * The state of operators, in memory, each partition its own. A store knows what changed since it was last drained; what it drains is
 * its changelog, and restoring a changelog from its beginning gives the same store.
 */
export { ByteTable } from './byte-table.ts';
export { DueQueue } from './due-queue.ts';
export { MemoryStore, type Memory } from './memory-store.ts';
export { JoinStore, type JoinEntry, type JoinSide } from './join-store.ts';
export { KeyValueStore } from './key-value-store.ts';
export { SeenStore } from './seen-store.ts';
export { SessionStore, type Session } from './session-store.ts';
export type { ChangelogWriter, ReadableStore, RestoredRecord, StateStore } from './state-store.ts';
export { TableStore } from './table-store.ts';
export { WindowStore, type WindowEntry } from './window-store.ts';
