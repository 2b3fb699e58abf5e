import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives this process `globalThis.gc`, as `node --expose-gc` does, so that the broker can have the garbage of its sockets collected
 * before V8 takes it for a reason to collect everything. A program decides that for its own process; a library does not.
 */
export function exposeCollector(): void {
  if (globalThis.gc) return;
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
}
