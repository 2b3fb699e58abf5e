/** Tells recordings by the files of their folder. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulatorError } from '../simulator-error.ts';
import { leedsSpending } from './leeds-spending/leeds-spending.ts';
import { movieTweetings } from './movie-tweetings/movie-tweetings.ts';
import { nycTaxi } from './nyc-taxi/nyc-taxi.ts';
import { openBandit } from './open-bandit/open-bandit.ts';
import { type RecordingKind } from './recording.ts';
import { stackExchange } from './stack-exchange/stack-exchange.ts';

/** Every kind that can be replayed, one for each case. */
export const RECORDING_KINDS: readonly RecordingKind[] = [
  stackExchange,
  movieTweetings,
  leedsSpending,
  nycTaxi,
  openBandit,
];

export interface FoundRecording {
  readonly folder: string;
  readonly kind: RecordingKind;
}

/**
 * The recording that a folder is, or those that lie in it, by name.
 *
 * @throws SimulatorError for a folder that is not there, and for one that holds none
 */
export async function findRecordings(folder: string): Promise<readonly FoundRecording[]> {
  const names = await listed(folder);
  const kind = kindOf(names);
  if (kind !== undefined) return [{ folder, kind }];
  const found: FoundRecording[] = [];
  for (const name of names.toSorted()) {
    const inside = join(folder, name);
    const facts = await stat(inside).catch(() => undefined);
    const insideKind = facts?.isDirectory() === true ? kindOf(await listed(inside)) : undefined;
    if (insideKind !== undefined) found.push({ folder: inside, kind: insideKind });
  }
  if (found.length > 0) return found;
  const known = RECORDING_KINDS.map(({ title, files }) => `${title} (${files.join(', ')})`).join(', ');
  throw new SimulatorError('TRACE_UNKNOWN', `${folder} holds no recording that is known: ${known}.`);
}

function kindOf(names: readonly string[]): RecordingKind | undefined {
  return RECORDING_KINDS.find(({ files }) => files.every((file) => names.includes(file)));
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const isFile = Error.isError(error) && 'code' in error && error.code === 'ENOTDIR';
    const what = isFile ? `${folder} is no folder` : `There is no folder ${folder}`;
    throw new SimulatorError('TRACE_FOLDER_MISSING', `${what}: give the path of a recorded data set.`, {
      cause: error,
    });
  }
}
