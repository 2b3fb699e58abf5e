import type { Result } from '../live/asked.svelte.ts';

/** What became of a command, as a sentence. */
export interface Said {
  readonly isRefusal: boolean;
  readonly text: string;
}

/** The words for a command that was done, or why it was not. */
export function saidOf(result: Result<unknown>, done: string): Said {
  return result.ok ? { isRefusal: false, text: done } : { isRefusal: true, text: result.problem };
}
