/** What became of dead letters: a compacted topic, one record for each letter that somebody decided about. */
import type { KafkaClient, TopicToCreate } from '../client/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { scanTopic } from './topic-scan.ts';

export const auditTopic = 'dead_letter_audit';

export const auditTopicSetup: TopicToCreate = {
  name: auditTopic,
  partitions: 1,
  config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
};

/** The record's value, as JSON. */
export interface DeadLetterNote {
  readonly action: 'redriven' | 'discarded';
  readonly deadLetterTopic: string;
  readonly partition: number;
  readonly offset: string;
  readonly group: string;
  readonly messageId: string | undefined;
  readonly who: string;
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
}

export const noteKeyOf = (topic: string, partition: number, offset: bigint | string): string =>
  `${topic}/${partition}/${offset}`;

/** The notes about one dead-letter topic, by key. A topic that does not exist yet holds none. */
export async function readNotes(client: KafkaClient, deadLetterTopic: string): Promise<Map<string, DeadLetterNote>> {
  const notes = new Map<string, DeadLetterNote>();
  await scanTopic(client, auditTopic, auditTopicSetup.partitions, ({ key, value }) => {
    const name = key?.toString('utf8') ?? '';
    if (!name.startsWith(`${deadLetterTopic}/`)) return;
    if (value === null) notes.delete(name);
    else notes.set(name, JSON.parse(value.toString('utf8')) as DeadLetterNote);
  });
  return notes;
}

export async function writeNote(producer: MessageProducer, note: DeadLetterNote): Promise<void> {
  await producer.sendEncoded({
    topic: auditTopic,
    key: noteKeyOf(note.deadLetterTopic, note.partition, note.offset),
    value: Buffer.from(JSON.stringify(note)),
  });
}
