import { eventually } from './eventually.ts';

/** What kafkajs's administration client does, as far as it is needed here. */
interface Admin {
  fetchTopicMetadata(options: { topics: string[] }): Promise<{
    readonly topics: readonly { readonly partitions: readonly { readonly leader: number }[] }[];
  }>;
}

/**
 * Waits until a topic has so many partitions, all of them with a leader. Brokers of Apache Kafka learn of a new topic after their controller,
 * and the wait of kafkajs itself fails when it asks before.
 */
export async function ledTopic(admin: Admin, topic: string, partitions = 1): Promise<void> {
  await eventually(async () => {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const found = topics[0]!.partitions;
      return found.length >= partitions && found.every(({ leader }) => leader >= 0);
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true) throw error;
      return false;
    }
  });
}
