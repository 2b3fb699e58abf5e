import { createKafkajsClient, systemClock } from '@headwater/messaging';
import type { Stage } from '../stage.ts';
import { newTopicNamed } from '../topics.ts';

const recordsPerWrite = 10_000;
const startMs = Date.UTC(2026, 0, 1);

export interface Filling {
  readonly records: number;
  readonly keys: number;
  /** Of the records' time, from the first to the last. */
  readonly minutes: number;
}

/** A topic of records of a hundred bytes, in order of their time. */
export async function fillStream(stage: Stage, { records, keys, minutes }: Filling): Promise<string> {
  const topic = stage.newName('stream');
  const times = { 'message.timestamp.type': 'CreateTime' };
  await newTopicNamed(stage, topic, keys === records ? { ...times, 'cleanup.policy': 'compact' } : times);
  const client = createKafkajsClient({
    clientId: 'bench-fill',
    bootstrapServers: [stage.bootstrapServers],
    clock: systemClock,
  });
  const writer = await client.openWriter();
  const value = Buffer.alloc(90, 'x');
  for (let first = 0; first < records; first += recordsPerWrite)
    await writer.write(
      topic,
      Array.from({ length: Math.min(recordsPerWrite, records - first) }, (_, index) => {
        const number = first + index;
        const timestampMs = startMs + Math.floor((number * minutes * 60_000) / records);
        return { key: `key-${number % keys}`, value, timestampMs };
      }),
    );
  await writer.close();
  return topic;
}
