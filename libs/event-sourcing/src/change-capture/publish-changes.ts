/** Publishes records topic by topic, at once, each topic in order; what the broker will never take is found by halving. */
import { ReplicationError } from '../replication/index.ts';
import { RecordRejectedError } from '../rejection/index.ts';
import { type CapturedRecord } from './capture-record.ts';
import { type ChangePublisher } from './change-publisher.ts';

/** Called for a record that can never be published; throws to end the capture. */
export type OnRefused = (record: CapturedRecord, error: RecordRejectedError) => void;

export async function publishChanges(
  publisher: ChangePublisher,
  records: readonly CapturedRecord[],
  onRefused: OnRefused,
): Promise<void> {
  const results = await Promise.allSettled(
    [...byTopic(records)].map(([topic, ofTopic]) => publishPart(publisher, topic, ofTopic, onRefused)),
  );
  const failures = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
  const fatal = failures.find((failure) => failure instanceof ReplicationError);
  if (failures.length > 0) throw (fatal ?? failures[0]) as Error;
}

function byTopic(records: readonly CapturedRecord[]): Map<string, CapturedRecord[]> {
  const topics = new Map<string, CapturedRecord[]>();
  for (const record of records) {
    const known = topics.get(record.topic);
    if (known) known.push(record);
    else topics.set(record.topic, [record]);
  }
  return topics;
}

async function publishPart(
  publisher: ChangePublisher,
  topic: string,
  records: readonly CapturedRecord[],
  onRefused: OnRefused,
): Promise<void> {
  try {
    await publisher.publish(topic, records);
  } catch (error) {
    if (!(error instanceof RecordRejectedError)) throw error;
    if (records.length === 1) {
      onRefused(records[0]!, error);
      return;
    }
    const middle = Math.ceil(records.length / 2);
    await publishPart(publisher, topic, records.slice(0, middle), onRefused);
    await publishPart(publisher, topic, records.slice(middle), onRefused);
  }
}
