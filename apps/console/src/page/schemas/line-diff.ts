/** What differs between two texts, line by line: the shortest way from one to the other (longest common subsequence). */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Texts of schemas have hundreds of lines; longer ones are told as all removed and all added. */
const MOST_LINES = 2000;

export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length > MOST_LINES || now.length > MOST_LINES)
    return [...old.map((text) => line('removed', text)), ...now.map((text) => line('added', text))];
  const lengths = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let [at, to] = [0, 0];
  while (at < old.length || to < now.length) {
    if (at < old.length && to < now.length && old[at] === now[to]) {
      lines.push(line('same', old[at] ?? ''));
      at += 1;
      to += 1;
    } else if (to >= now.length || (at < old.length && (lengths[at + 1]?.[to] ?? 0) >= (lengths[at]?.[to + 1] ?? 0))) {
      lines.push(line('removed', old[at] ?? ''));
      at += 1;
    } else {
      lines.push(line('added', now[to] ?? ''));
      to += 1;
    }
  }
  return lines;
}

/** How many lines the rests of both from each place on have in common. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let at = old.length - 1; at >= 0; at--)
    for (let to = now.length - 1; to >= 0; to--) {
      const row = lengths[at];
      if (row === undefined) continue;
      const [below, right] = [lengths[at + 1]?.[to] ?? 0, row[to + 1] ?? 0];
      row[to] = old[at] === now[to] ? (lengths[at + 1]?.[to + 1] ?? 0) + 1 : Math.max(below, right);
    }
  return lengths;
}

const line = (kind: DiffLine['kind'], text: string): DiffLine => ({ kind, text });
