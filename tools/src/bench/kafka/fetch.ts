import type { Contest } from '../contest.ts';
import { encodeBatch } from '../load/batch.ts';
import { fetchSample } from '../load/measures.ts';
import { spanOf } from '../load/spans.ts';
import { storeTopic } from '../load/stored-topic.ts';
import { ratioAtLeast } from '../target.ts';
import { type Engine, oncePerEngine } from './engines.ts';

const batchBytes = 16 * 1024;
const answers = [
  { label: '64KB', batches: 4 },
  { label: '1MB', batches: 64 },
  { label: '10MB', batches: 640 },
] as const;

/** Batches of 16 KB fetched in answers of several sizes: stored, and just written. */
export function fetchContests(isQuick: boolean): Contest<Engine>[] {
  const storedOn = oncePerEngine(async (engine) =>
    storeTopic((await engine.server('os')).address, batchBytes, isQuick),
  );
  return (['cold', 'tail'] as const).flatMap((part) =>
    answers.slice(0, part === 'cold' ? 3 : 2).map(({ label, batches }) => ({
      name: `kafka/fetch/${label}/${part}`,
      figures: [{ suffix: '', unit: 'MB/s', better: 'more' as const, target: ratioAtLeast(1) }],
      rounds: 3,
      measure: async (engine: Engine) => {
        const { topic, endOffset, tailOffset } = await storedOn(engine);
        const { address } = await engine.server('os');
        const fromOffset = part === 'cold' ? 0 : tailOffset;
        const answerBytes = batches * encodeBatch(batchBytes).batch.length;
        const range = { topic, batchBytes, answerBytes, fromOffset, endOffset };
        return await fetchSample(address, range, spanOf(isQuick, 1500));
      },
    })),
  );
}
