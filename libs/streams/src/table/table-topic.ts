import { Logger } from '@nestjs/common';
import type { KafkaClient } from '@headwater/messaging';
import { StreamsError } from '../errors/index.ts';

/**
 * The number of partitions of a topic that a table comes from: all of it, or only what was written since a time.
 * @throws {StreamsError} `TOPIC_MISSING`; or when no broker answers.
 */
export async function partitionsOfTable(client: KafkaClient, topic: string, sinceMs?: number): Promise<number> {
  const admin = await client.openAdmin();
  try {
    const description = (await admin.describe(new Map([[topic, ['cleanup.policy']]]))).get(topic);
    if (!description)
      throw new StreamsError('TOPIC_MISSING', `Topic ${topic} does not exist: create it before its table is opened`);
    if (sinceMs === undefined && !description.config['cleanup.policy']?.includes('compact'))
      new Logger('Streams').warn(
        `table ${topic}: its topic is not compacted; values that retention deletes will be missing`,
      );
    return description.partitions;
  } finally {
    await admin.close();
  }
}
