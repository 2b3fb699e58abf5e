/**
 * One measurement on two sides in the same run, round by round in turns (A B, B A, A B, …), so that what slows the machine for a while
 * slows both. Each figure is the median of its rounds.
 */
import { type BenchOptions, row, type Row, type SkippedRow } from './bench.ts';
import { median, spread } from './statistics.ts';
import { judge, type Target } from './target.ts';

/** One number of a measurement: with a suffix when there are several. */
export interface Figure {
  /** Added to the contest's name, `/p99` for example; empty for the only one. */
  readonly suffix: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** What is to be reached; a figure without one is only said. */
  readonly target?: Target;
}

export interface Sample {
  /** In the order of the contest's figures. */
  readonly values: readonly number[];
  /** The share of one core that the load generator took. */
  readonly clientCpu?: number;
}

export interface Contest<Side> {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Full rounds; a quick run has one. */
  readonly rounds: number;
  /** What a reader must know of its rows. */
  readonly note?: string;
  measure(side: Side): Promise<Sample>;
}

/** A generator that is as busy as this measures itself as well. */
const busyCpu = 0.9;

/** Runs a contest; one that fails does not take the others with it: a row of its name says why. */
export async function runOrSkip<Side>(
  contest: Contest<Side>,
  sides: readonly [Side, Side?],
  options: Pick<BenchOptions, 'quick' | 'onProgress'>,
): Promise<(Row | SkippedRow)[]> {
  try {
    return await runContest(contest, sides, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ name: contest.name, skipped: `it failed: ${reason.replaceAll(/\s+/g, ' ')}`, failed: true }];
  }
}

/** Whether any of a contest's rows is asked for. */
export function isContestWanted<Side>(
  { name, figures }: Contest<Side>,
  { wants }: Pick<BenchOptions, 'wants'>,
): boolean {
  return figures.some(({ suffix }) => wants(name + suffix));
}

/** Runs a contest; `theirs` is absent where there is nothing to compare with. */
export async function runContest<Side>(
  contest: Contest<Side>,
  [ours, theirs]: readonly [Side, Side?],
  { quick, onProgress }: Pick<BenchOptions, 'quick' | 'onProgress'>,
): Promise<Row[]> {
  const samples = { ours: [] as Sample[], theirs: [] as Sample[] };
  const rounds = quick ? 1 : contest.rounds;
  for (let round = 0; round < rounds; round++) {
    onProgress(`${contest.name} round ${round + 1} of ${rounds}`);
    const turns = [
      async () => void samples.ours.push(await contest.measure(ours)),
      async () => {
        if (theirs !== undefined) samples.theirs.push(await contest.measure(theirs));
      },
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  return contest.figures.map((figure, index) => rowOf(contest, figure, index, samples));
}

function rowOf<Side>(
  contest: Contest<Side>,
  { suffix, unit, better, target }: Figure,
  index: number,
  samples: { readonly ours: readonly Sample[]; readonly theirs: readonly Sample[] },
): Row {
  const ours = samples.ours.map(({ values }) => values[index]!);
  const theirs = samples.theirs.map(({ values }) => values[index]!);
  const made = row(contest.name + suffix, median(ours), unit, theirs.length === 0 ? null : median(theirs));
  const judgement = target && judge(target, made.value, made.ratio, unit);
  const notes = [contest.note, busyNote(samples.ours)].filter((note) => note !== undefined);
  return {
    ...made,
    better,
    ...(ours.length > 1 && { spread: Math.round(spread(ours) * 1000) / 1000 }),
    ...(judgement && { target: judgement }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

function busyNote(samples: readonly Sample[]): string | undefined {
  const used = samples.flatMap(({ clientCpu }) => (clientCpu === undefined ? [] : [clientCpu]));
  if (used.length === 0 || median(used) < busyCpu) return undefined;
  return `the load generator itself took ${Math.round(median(used) * 100)} % of a core`;
}
