import kafkajs, { type ICustomPartitioner } from 'kafkajs';
import type { Partitioner } from '../client/index.ts';
import type { PlacedMessage } from './kafkajs-message.ts';

const { Partitioners } = kafkajs;

/** kafkajs's form of a partitioner; Java's default where none is given. @throws RangeError when it answers no partition. */
export function partitionerOf(partitioner: Partitioner | undefined): ICustomPartitioner {
  if (!partitioner) return placeByPartitionKey;
  return () =>
    ({ topic, partitionMetadata, message }) => {
      const { key = null, value, partitionKey } = message as PlacedMessage;
      const record = {
        key,
        value: value as Buffer | null,
        ...(partitionKey === undefined ? {} : { partitionKey }),
      };
      const partition = partitioner(record, topic, partitionMetadata.length);
      if (Number.isInteger(partition) && partition >= 0 && partition < partitionMetadata.length) return partition;
      throw new RangeError(
        `The partitioner of topic ${topic} answered ${partition}; it has partitions 0 to ${partitionMetadata.length - 1}`,
      );
    };
}

/** Java's default, of the partition key where a message has one. */
const placeByPartitionKey: ICustomPartitioner = () => {
  const javaPartitioner = Partitioners.DefaultPartitioner();
  return (given) => {
    const { partitionKey } = given.message as PlacedMessage;
    if (partitionKey === undefined) return javaPartitioner(given);
    return javaPartitioner({ ...given, message: { ...given.message, key: partitionKey } });
  };
};
