/**
 * The partition of `__consumer_offsets` that keeps a group: Java's `String.hashCode` of the group id, without its sign bit, modulo the
 * number of partitions, as every Kafka broker computes it. A log written by one can so be read by another.
 */
export function coordinatorPartition(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0;
  return (hash & 0x7fffffff) % partitionCount;
}
