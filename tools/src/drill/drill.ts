/** What a drill is made of. */

/** A number that can be given on the command line as `--name N`. */
export interface DrillOption {
  readonly name: string;
  /** Undefined: none. */
  readonly standard: number | undefined;
  readonly about: string;
}

export interface DrillRun {
  /** By the options' names; what was not given is the standard. */
  readonly numbers: Readonly<Record<string, number | undefined>>;
  readonly seed: number;
  /** An own folder, kept when the drill fails. */
  readonly folder: string;
  /** Shown in place of the line before, on a terminal. */
  readonly onProgress: (line: string) => void;
  /** Shown and kept. */
  readonly say: (line: string) => void;
}

/** What was done, counted, for the last lines: for example `records acknowledged` → 12345. */
export type Summary = Readonly<Record<string, number | string>>;

export interface Drill {
  readonly name: string;
  /** One line for the list of drills. */
  readonly about: string;
  /** What it does and checks, for `--help`. */
  readonly details: string;
  readonly options: readonly DrillOption[];
  /** @throws Violation when the broker broke a promise. */
  run(run: DrillRun): Promise<Summary>;
}
