/** A dead letter as JSON, for the console and the command line. */
import type { TopicContract } from '@headwater/contract-kit';
import type { EventCodec } from '../codec/index.ts';
import type { NotedDeadLetter } from './dead-letter-desk.ts';
import type { DeadLetterNote } from './dead-letter-audit.ts';
import type { DeadLetterState } from './dead-letter-record.ts';
import { viewOf, type EventView } from './event-view.ts';

/** A dead letter as it is shown. */
export interface DeadLetterView {
  readonly partition: number;
  readonly offset: string;
  readonly state: DeadLetterState;
  readonly note: DeadLetterNote | undefined;
  readonly writtenAt: Date;
  readonly source: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly timestamp: Date;
  };
  readonly group: string;
  readonly key: string | null;
  readonly attempts: number;
  readonly redrives: number;
  readonly error: string;
  readonly reason: string;
  readonly messageId: string | undefined;
  /** As text. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: EventView;
}

export async function deadLetterView(
  codec: EventCodec,
  topics: readonly TopicContract[],
  letter: NotedDeadLetter,
): Promise<DeadLetterView> {
  const { partition, offset, state, note, writtenAt, group, attempts, redrives, error, reason, messageId } = letter;
  const contract = topics.find(({ name }) => name === letter.topic);
  return {
    ...{
      partition,
      offset: offset.toString(),
      state,
      note,
      writtenAt,
      group,
      attempts,
      redrives,
      error,
      reason,
      messageId,
    },
    source: {
      topic: letter.topic,
      partition: letter.sourcePartition,
      offset: letter.sourceOffset.toString(),
      timestamp: letter.sourceTimestamp,
    },
    key: letter.record.key?.toString('utf8') ?? null,
    headers: Object.fromEntries(Object.entries(letter.record.headers).map(([name, value]) => [name, String(value)])),
    content: await viewOf(codec, contract, letter.record.value),
  };
}
