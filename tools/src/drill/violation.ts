/** The broker broke a promise. The message names the promise and shows what was found. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** What was promised, in short. */
  readonly invariant: string;

  constructor(invariant: string, details: string) {
    super(`${invariant}: ${details}`);
    this.invariant = invariant;
  }
}

/** @throws Violation unless `holds`. */
export function promise(holds: boolean, invariant: string, details: () => string): asserts holds {
  if (!holds) throw new Violation(invariant, details());
}
