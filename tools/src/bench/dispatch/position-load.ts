/** Taxis that report where they are, over HTTP. */
import { answerOf } from '../../taxi/index.ts';
import { BatchLoad } from '../load/paced.ts';
import { positionOf, type BenchPosition } from './taxis.ts';

export const batchSize = 500;
export const batchesInFlight = 8;

/** Reports in order; every one is newer than what was there. */
export function positionLoad(url: string): BatchLoad {
  const startMs = Date.now() - 24 * 3_600_000;
  return new BatchLoad(batchSize, (first, count) =>
    report(
      url,
      Array.from({ length: count }, (_, index) => positionOf(first + index, startMs)),
    ),
  );
}

async function report(url: string, positions: readonly BenchPosition[]): Promise<void> {
  for (;;) {
    const path = `${url}/taxis/positions`;
    const { body } = await answerOf<{ results: readonly ItemAnswer[] }>('POST', path, { positions });
    const refused = body.results.find(({ status }) => status !== 'recorded');
    if (!refused) return;
    // A broker that is too slow on this machine is asked again, which the figure shows.
    if (refused.problem?.status !== 503) throw new Error(`a position was refused: ${JSON.stringify(refused)}`);
  }
}

interface ItemAnswer {
  readonly status: string;
  readonly problem?: { readonly status: number };
}
