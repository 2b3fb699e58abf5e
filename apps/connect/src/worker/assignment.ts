/** What members of the workers' group and their leader tell each other, as JSON in the group protocol's own fields. */
import { type TaskId } from './share-tasks.ts';

/** What a worker says as it joins. */
export interface WorkerClaims {
  /** In states, and for people. */
  readonly workerId: string;
  /** Where other workers send requests to, should it be the leader. */
  readonly url: string;
  /** What runs on it, or has not ended yet. */
  readonly running: readonly TaskId[];
}

/** What the leader tells a worker. */
export interface Assignment {
  readonly leader: { readonly workerId: string; readonly url: string };
  /** Definitions up to here decide about these tasks. */
  readonly definitionsOffset: number;
  readonly tasks: readonly TaskId[];
  /** Some tasks wait for being given up: whoever gave up some has the group share again. */
  readonly unfinished: boolean;
  /** Who is there. */
  readonly workers: readonly string[];
}

export function toBytes(message: WorkerClaims | Assignment): Buffer {
  return Buffer.from(JSON.stringify(message));
}

export function claimsOf(bytes: Buffer): WorkerClaims {
  return JSON.parse(bytes.toString()) as WorkerClaims;
}

/** Undefined when the leader had nothing to say to this member. */
export function assignmentOf(bytes: Buffer): Assignment | undefined {
  return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString()) as Assignment);
}
