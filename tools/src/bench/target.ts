/** What a figure is to reach. */
export interface Target {
  /** `ratio`: against the baseline; `value`: in the row's own unit. */
  readonly of: 'ratio' | 'value';
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A target and whether it was reached, as a row carries it. */
export interface Judgement {
  /** For example `ratio ≥ 1.5`. */
  readonly text: string;
  readonly met: boolean;
}

export const ratioAtLeast = (atLeast: number): Target => ({ of: 'ratio', atLeast });
export const ratioAtMost = (atMost: number): Target => ({ of: 'ratio', atMost });
export const valueAtLeast = (atLeast: number): Target => ({ of: 'value', atLeast });
export const valueAtMost = (atMost: number): Target => ({ of: 'value', atMost });

/** Undefined when the row has no baseline and the target is of the ratio. */
export function judge(target: Target, value: number, ratio: number | null, unit: string): Judgement | undefined {
  const figure = target.of === 'ratio' ? ratio : value;
  if (figure === null) return undefined;
  const met = figure >= (target.atLeast ?? -Infinity) && figure <= (target.atMost ?? Infinity);
  const limit = target.atLeast === undefined ? `≤ ${shown(target.atMost!)}` : `≥ ${shown(target.atLeast)}`;
  return { text: target.of === 'ratio' ? `ratio ${limit}` : `${limit} ${unit}`, met };
}

function shown(limit: number): string {
  return limit.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
