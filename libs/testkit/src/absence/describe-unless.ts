import { describe } from '@jest/globals';

/**
 * A suite that needs something of the machine: skipped, with the reason in its title, when that is absent. `npm test` reads
 * the reason behind ` — skipped: ` and says at its end how many tests each reason has cost.
 *
 * @param absence what is absent and how to get it; undefined when nothing is.
 */
export function describeUnless(absence: string | undefined, name: string, body: () => void): void {
  if (absence === undefined) describe(name, body);
  else describe.skip(`${name} — skipped: ${absence}`, body);
}
