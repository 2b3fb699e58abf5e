/** Where the processors' results go, one topic for each way of handling, and what a message is worth a result. */
import { defineTopic, likeChanged } from '@headwater/contracts';
import { fateOf } from '../consumer/fate.ts';

/** `single`: a handler takes a message at a time; `batch`: all of a partition that wait. */
export const kinds = ['single', 'batch'] as const;

export type Kind = (typeof kinds)[number];

export const groupOf = (kind: Kind): string => `drill.${kind}`;

/** Fewer partitions than the input has, so that what one transaction writes comes together with others. */
const resultsTopic = (kind: Kind) =>
  defineTopic({
    name: `drill_results_${kind}`,
    doc: 'Of the exactly-once drill.',
    partitions: 4,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
    compacted: false,
    keyFields: ['postId'] as const,
    owner: 'drill',
    subscribers: [],
    events: { [likeChanged.name]: likeChanged },
  });

export const results = { single: resultsTopic('single'), batch: resultsTopic('batch') } as const;

/** `refused` messages become dead letters; `shaky` ones fail twice in a process. */
export type Outcome = 'well' | 'slow' | 'shaky' | 'refused';

export function outcomeOf(seed: number, key: string, place: number): Outcome {
  const fate = fateOf(seed, key, place, false);
  return fate === 'well' || fate === 'slow' || fate === 'shaky' ? fate : 'refused';
}
