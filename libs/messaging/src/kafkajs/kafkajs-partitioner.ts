import kafkajs, { type ICustomPartitioner } from 'kafkajs';
import type { Partitioner } from '../client/index.ts';

const { Partitioners } = kafkajs;

/** kafkajs's form of a partitioner; Java's default where none is given. @throws RangeError when it answers no partition. */
export function partitionerOf(partitioner: Partitioner | undefined): ICustomPartitioner {
  if (!partitioner) return Partitioners.DefaultPartitioner;
  return () =>
    ({ topic, partitionMetadata, message }) => {
      const record = { key: message.key ?? null, value: message.value as Buffer | null };
      const partition = partitioner(record, topic, partitionMetadata.length);
      if (Number.isInteger(partition) && partition >= 0 && partition < partitionMetadata.length) return partition;
      throw new RangeError(
        `The partitioner of topic ${topic} answered ${partition}; it has partitions 0 to ${partitionMetadata.length - 1}`,
      );
    };
}
