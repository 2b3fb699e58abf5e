/**
 * Publishes records of one topic and finds the ones that can never be published.
 *
 * A rejection does not say which record it means, so the records are halved until it is known, the front half first. Once
 * a record is dead, the later ones of its aggregate are left out, so that nothing overtakes it.
 */
import { RecordRejectedError } from '../rejection/index.ts';
import { type OutboxPublisher, type OutboxRecord } from './outbox-publisher.ts';

export interface PublishOutcome<Record extends OutboxRecord> {
  /** Acknowledged by the broker. */
  readonly published: Record[];
  /** Can never be published, each with its reason. */
  readonly dead: { readonly record: Record; readonly error: unknown }[];
  /** Why the rest could not be published this time; undefined when nothing but dead aggregates is left. */
  failure: { readonly error: unknown } | undefined;
}

/** @param isAllowed asked before each write: false ends the attempt. */
export async function publishIsolating<Record extends OutboxRecord>(
  publisher: OutboxPublisher,
  topic: string,
  records: readonly Record[],
  isAllowed: () => boolean,
): Promise<PublishOutcome<Record>> {
  const outcome: PublishOutcome<Record> = { published: [], dead: [], failure: undefined };
  const deadAggregates = new Set<string>();
  await publishPart(records);
  return outcome;

  async function publishPart(part: readonly Record[]): Promise<void> {
    const allowed = part.filter((record) => !deadAggregates.has(aggregateKey(record)));
    if (allowed.length === 0 || outcome.failure) return;
    if (!isAllowed()) {
      outcome.failure = { error: new Error('the lease of the shards ended before the records were written') };
      return;
    }
    try {
      await publisher.publish(topic, allowed);
      outcome.published.push(...allowed);
    } catch (error) {
      if (!(error instanceof RecordRejectedError)) {
        outcome.failure = { error };
      } else if (allowed.length === 1) {
        const record = allowed[0]!;
        deadAggregates.add(aggregateKey(record));
        outcome.dead.push({ record, error });
      } else {
        const middle = Math.ceil(allowed.length / 2);
        await publishPart(allowed.slice(0, middle));
        await publishPart(allowed.slice(middle));
      }
    }
  }
}

function aggregateKey({ aggregate }: OutboxRecord): string {
  return JSON.stringify([aggregate.type, aggregate.id]);
}
