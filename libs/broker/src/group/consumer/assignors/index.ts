/** The server-side assignors of next-generation groups, by the names that members ask for. */
import type { Assignor } from './assignor.ts';
import { assignRanges } from './range.ts';
import { assignUniformly } from './uniform.ts';

export { type AssignableMember, type AssignmentInput, type Assignor } from './assignor.ts';

export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniformly],
  ['range', assignRanges],
]);
