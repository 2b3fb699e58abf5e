/** The first rows of recordings, as recordings of their own: what hangs together stays together. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Of each case. */
export const RECORDINGS = [
  'stackexchange-quantumcomputing-2018',
  'movietweetings-100k',
  'leeds-spending-2020',
  'nyc-taxi-2013',
  'open-bandit-dataset',
] as const;

/** Why there is nothing to replay; undefined when all of it is there. */
export function absenceOfRecordings(folder: string): string | undefined {
  const missing = RECORDINGS.find((name) => !existsSync(join(folder, name)));
  return missing === undefined ? undefined : `the recording ${join(folder, missing)} is not there`;
}

/** Writes the first `rows` posts, ratings, payments, trips and impressions (of each file) into the folder `target`. */
export function takeFirstRows(source: string, target: string, rows: number): void {
  mkdirSync(target, { recursive: true });
  const posts = new Set<unknown>();
  if (existsSync(join(source, 'posts.ndjson')))
    for (const line of linesOf(join(source, 'posts.ndjson')).slice(0, rows)) posts.add(fieldOf(line, 'Id'));
  for (const file of readdirSync(source)) {
    const lines = (): string[] => linesOf(join(source, file));
    const write = (kept: readonly string[]): void => {
      const text = `${kept.join('\n')}\n`;
      writeFileSync(join(target, file), isPacked(file) ? gzipSync(text) : text);
    };
    if (file === 'posts.ndjson' || file === 'ratings.dat') write(lines().slice(0, rows));
    else if (file === 'votes.ndjson' || file === 'comments.ndjson')
      write(lines().filter((line) => posts.has(fieldOf(line, 'PostId'))));
    else if (/\.csv(\.gz)?$/.test(file)) write(lines().slice(0, rows + 1));
    else copyFileSync(join(source, file), join(target, file));
  }
}

const isPacked = (file: string): boolean => file.endsWith('.gz');

function linesOf(file: string): string[] {
  const bytes = readFileSync(file);
  const text = (isPacked(file) ? gunzipSync(bytes) : bytes).toString();
  return text.split(/\r?\n/).filter((line) => line !== '');
}

const fieldOf = (line: string, name: string): unknown => (JSON.parse(line) as Record<string, unknown>)[name];
