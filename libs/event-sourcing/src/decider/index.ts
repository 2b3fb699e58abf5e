/** Pure decisions over event streams, and the one loop around them: load, decide, append, try again on a conflict. */
export { type Decider } from './decider.ts';
export { handleCommand, type CommandToHandle, type HandledCommand, type SnapshotPolicy } from './command-handler.ts';
