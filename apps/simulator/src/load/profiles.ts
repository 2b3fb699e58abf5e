/** How a load's rate goes up and down, and what it presses on: named, so that a command and a drill mean the same. */

interface ProfileShape {
  /** One line for `--help`. */
  readonly about: string;
  /** The share of the rate that is asked for at a share of the duration; both 0 to 1, never 0. */
  readonly rateAt: (elapsed: number) => number;
}

const FULL = (): number => 1;
const QUIET_SHARE = 0.3;
const LEAST_SHARE = 0.1;
const BURSTS = 6;

export const PROFILES = {
  steady: { about: 'the rate from the first second to the last', rateAt: FULL },
  'launch-day': {
    about: 'grows from a tenth to the full rate in the first third; what is popular is very popular (Zipf)',
    rateAt: (elapsed) => Math.min(1, LEAST_SHARE + 3 * (1 - LEAST_SHARE) * elapsed),
  },
  'rush-hour': {
    about: 'two peaks at the full rate, less than a third of it between them; gettaxi: everybody wants to go downtown',
    rateAt: (elapsed) => QUIET_SHARE + (1 - QUIET_SHARE) * Math.sin(2 * Math.PI * elapsed) ** 2,
  },
  bursts: {
    about: 'a tenth of the rate, and six bursts at the full rate',
    rateAt: (elapsed) => ((elapsed * BURSTS) % 1 < 0.5 ? 1 : LEAST_SHARE),
  },
  'one-hot-key': {
    about: 'steady, but nearly everything goes to one key: one post, one show, one account, one campaign',
    rateAt: FULL,
  },
} as const satisfies Readonly<Record<string, ProfileShape>>;

export type ProfileName = keyof typeof PROFILES;

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

const SLICES = 1000;

/** How many things a profile sends in a time, if all goes well. */
export function thingsOf(profile: ProfileName, rate: number, durationMs: number): number {
  let share = 0;
  for (let slice = 0; slice < SLICES; slice += 1) share += PROFILES[profile].rateAt((slice + 0.5) / SLICES) / SLICES;
  return Math.ceil((rate * share * durationMs) / 1000);
}
