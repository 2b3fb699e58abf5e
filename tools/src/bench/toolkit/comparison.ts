/**
 * The same work done by several participants in one run, round by round in turns, so that what slows the machine for a while slows all of
 * them. A row sets one participant's figure beside another's; each is the median of its rounds. Participants that no wanted row needs are
 * not run.
 */
import { type BenchOptions, row, type Row, type SkippedRow } from '../bench.ts';
import { median, spread } from '../statistics.ts';
import { judge, type Target } from '../target.ts';

/** What a participant measured in one round, by the figures' names. */
export type Figures = Readonly<Record<string, number>>;

/** Does the work once; or says in one line why it cannot be done here. */
export type Participant = () => Promise<Figures | string>;

/** `participant.figure`, for example `ours.perSecond`. */
export type FigureName = `${string}.${string}`;

export interface RowPlan {
  /** Added to the comparison's name; empty for the only one. */
  readonly suffix: string;
  readonly figure: FigureName;
  /** What it is set beside; nothing for a row that is judged by its value. */
  readonly beside?: FigureName;
  readonly unit: string;
  readonly better?: 'more' | 'less';
  readonly target?: Target | undefined;
  readonly note?: string;
}

export interface Comparison {
  readonly name: string;
  /** Full rounds; a quick run has one. */
  readonly rounds: number;
  readonly participants: Readonly<Record<string, Participant>>;
  readonly rows: readonly RowPlan[];
}

type Samples = ReadonlyMap<string, readonly Figures[] | string>;

/** The rows that are asked for; one whose participant is absent or failed says why, and takes no other with it. */
export async function runComparison(
  comparison: Comparison,
  options: Pick<BenchOptions, 'quick' | 'onProgress' | 'wants'>,
): Promise<(Row | SkippedRow)[]> {
  const wanted = comparison.rows.filter(({ suffix }) => options.wants(comparison.name + suffix));
  const needed = new Set(wanted.flatMap(({ figure, beside }) => [figure, beside ?? figure].map(participantOf)));
  const samples = await measure(comparison, [...needed], options);
  return wanted.map((plan) => rowOf(comparison.name, plan, samples));
}

/** Whether any of a comparison's rows is asked for. */
export function isComparisonWanted({ name, rows }: Comparison, { wants }: Pick<BenchOptions, 'wants'>): boolean {
  return rows.some(({ suffix }) => wants(name + suffix));
}

async function measure(
  { name, participants, rounds }: Comparison,
  needed: readonly string[],
  { quick, onProgress }: Pick<BenchOptions, 'quick' | 'onProgress'>,
): Promise<Samples> {
  const samples = new Map<string, Figures[] | string>(needed.map((participant) => [participant, []]));
  const last = quick ? 1 : rounds;
  for (let round = 0; round < last; round += 1) {
    for (const participant of round % 2 === 0 ? needed : needed.toReversed()) {
      const sofar = samples.get(participant)!;
      if (typeof sofar === 'string') continue;
      onProgress(`${name} ${participant} round ${round + 1} of ${last}`);
      const measured = await measureOnce(participants[participant]!, participant);
      if (typeof measured === 'string') samples.set(participant, measured);
      else sofar.push(measured);
    }
  }
  return samples;
}

const failure = 'it failed: ';

async function measureOnce(work: Participant, participant: string): Promise<Figures | string> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${failure}${participant}: ${reason.replaceAll(/\s+/g, ' ')}`;
  }
}

function rowOf(name: string, plan: RowPlan, samples: Samples): Row | SkippedRow {
  const ours = valuesOf(plan.figure, samples);
  const theirs = plan.beside === undefined ? [] : valuesOf(plan.beside, samples);
  if (typeof ours === 'string') return skippedRow(name + plan.suffix, ours);
  if (typeof theirs === 'string') return skippedRow(name + plan.suffix, theirs);
  const { unit, better = 'more', target, note } = plan;
  const made = row(name + plan.suffix, median(ours), unit, theirs.length === 0 ? null : median(theirs));
  const judgement = target && judge(target, made.value, made.ratio, unit);
  return {
    ...made,
    better,
    ...(ours.length > 1 && { spread: Math.round(spread(ours) * 1000) / 1000 }),
    ...(judgement && { target: judgement }),
    ...(note !== undefined && { note }),
  };
}

function skippedRow(name: string, reason: string): SkippedRow {
  return { name, skipped: reason, ...(reason.startsWith(failure) && { failed: true }) };
}

function valuesOf(figure: FigureName, samples: Samples): readonly number[] | string {
  const taken = samples.get(participantOf(figure))!;
  if (typeof taken === 'string') return taken;
  const name = figure.slice(figure.indexOf('.') + 1);
  return taken.map((figures) => {
    const value = figures[name];
    if (value === undefined) throw new Error(`${participantOf(figure)} gave no figure '${name}'`);
    return value;
  });
}

function participantOf(figure: FigureName): string {
  return figure.slice(0, figure.indexOf('.'));
}
