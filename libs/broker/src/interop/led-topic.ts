import { listOffsetsApi } from '../protocol/index.ts';
import { asked, type Address } from './asked.ts';
import { eventually } from './eventually.ts';

const VERSION = 5;

/**
 * Waits until the broker leads so many partitions of a topic: Apache Kafka's brokers follow its controller, and take partitions up after
 * their metadata say so. Clients give up sooner or later, and lose what they send where they want no answer.
 */
export async function ledTopic(address: Address, name: string, count = 1): Promise<void> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }));
  await eventually(async () => {
    const { topics } = await asked(address, listOffsetsApi, VERSION, { replicaId: -1, topics: [{ name, partitions }] });
    return topics[0]!.partitions.every(({ errorCode }) => errorCode === 0);
  });
}
