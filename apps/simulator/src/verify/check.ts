/** Named facts about one thing: a post's likes, a user's list. Numbers are added up over all things, texts only compared. */
export type Facts = Readonly<Record<string, number | string>>;

/** Reads an answer of a service as JSON; `undefined` while it does not answer, or not with 200. */
export type GetAnswer = (path: string) => Promise<unknown>;

/** Questions to a service whose answers the recording knows. */
export interface Check {
  /** What is compared, in a few words: `totals of every post`. */
  readonly title: string;
  /** How many questions the service takes at once. */
  readonly concurrency: number;
  /** What is asked about, in the plural: `posts`. */
  readonly things: string;
  readonly service: string;
  /** What a plain count over the files gives for each thing. */
  readonly expected: ReadonlyMap<string, Facts>;
  /** What the service says of one thing; `undefined` while it knows nothing of it. */
  readonly read: (thing: string, get: GetAnswer) => Promise<Facts | undefined>;
  /** Asked before the comparison: why there is nothing to compare; `undefined` when there is. */
  readonly absence?: (get: GetAnswer) => Promise<string | undefined>;
}
