/**
 * Queries that have a name: `<folder>/*.yaml`, one query each, called like its file.
 *
 *     title: Likes by day
 *     description: How many likes were given, and how many taken back.
 *     sql: SELECT date, count(*) FILTER (liked) AS given FROM likes GROUP BY date ORDER BY date
 *     chart: { kind: bar, x: date, y: [given] }
 *     agreement: true        # only where speed layer and batch layer are compared, see agreement.ts
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@headwater/service-kit';
import { parse } from 'yaml';

export const chartKinds = ['line', 'bar', 'area', 'pie', 'number'] as const;

export type ChartKind = (typeof chartKinds)[number];

/** How the answer is drawn. */
export interface Chart {
  readonly kind: ChartKind;
  /** Columns of the answer. */
  readonly x: string;
  readonly y: readonly string[];
}

export interface SavedQuery {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  readonly chart: Chart | null;
  readonly agreement: boolean;
}

/** A file that cannot be used; the message names file and field. */
export class SavedQueryError extends ConfigError {
  constructor(file: string, what: string) {
    super([{ variable: 'QUERIES_FOLDER', reason: 'invalid', message: `saved query ${file}: ${what}` }]);
  }
}

/** Those of a folder in order of name; none when there is no such folder. @throws SavedQueryError */
export function readSavedQueries(folder: string): SavedQuery[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => parseSavedQuery(file, readFileSync(path.join(folder, file), 'utf8')));
}

const known: ReadonlySet<string> = new Set(['title', 'description', 'sql', 'chart', 'agreement']);

/** @throws SavedQueryError */
export function parseSavedQuery(file: string, text: string): SavedQuery {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new SavedQueryError(file, error instanceof Error ? error.message.split('\n')[0]! : String(error));
  }
  if (typeof document !== 'object' || document === null) throw new SavedQueryError(file, 'must have title and sql');
  const fields = document as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((field) => !known.has(field));
  if (unknown !== undefined) throw new SavedQueryError(file, `${unknown}: is no field of a saved query`);
  const textOf = (field: string, otherwise?: string): string => {
    const value = fields[field] ?? otherwise;
    if (typeof value !== 'string' || value.trim() === '') throw new SavedQueryError(file, `${field}: is missing`);
    return value.trim();
  };
  const name = file.replace(/\.ya?ml$/, '');
  if (!/^[a-z0-9-]{1,100}$/.test(name))
    throw new SavedQueryError(file, 'its name must be of letters, digits and hyphens');
  return {
    name,
    title: textOf('title'),
    description: textOf('description', '-').replace(/^-$/, ''),
    sql: textOf('sql'),
    chart: fields['chart'] === undefined ? null : chartOf(file, fields['chart']),
    agreement: fields['agreement'] === true,
  };
}

function chartOf(file: string, value: unknown): Chart {
  const { kind, x, y } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const columns = typeof y === 'string' ? [y] : y;
  if (!chartKinds.some((one) => one === kind))
    throw new SavedQueryError(file, `chart.kind: must be one of ${chartKinds.join(', ')}`);
  if (typeof x !== 'string') throw new SavedQueryError(file, 'chart.x: must name a column');
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every((column) => typeof column === 'string'))
    throw new SavedQueryError(file, 'chart.y: must name columns');
  return { kind: kind as ChartKind, x, y: columns };
}
