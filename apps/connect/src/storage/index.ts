/** What workers share: definitions, states and offsets, each in a compacted topic. */
export {
  Definitions,
  type Definition,
  type DefinitionsListener,
  type Restart,
  type TargetState,
} from './definitions.ts';
export { Offsets } from './offsets.ts';
export { States, type TaskState, type TaskStateName } from './states.ts';
