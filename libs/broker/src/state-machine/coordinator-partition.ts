/**
 * The partition of a coordinator's topic that keeps a group or a transactional id: the absolute value of Java's `String.hashCode` of
 * the id, modulo the number of partitions, as every Kafka broker computes it. A log written by one can so be read by another.
 */
export function coordinatorPartition(id: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < id.length; index++) hash = (Math.imul(hash, 31) + id.charCodeAt(index)) | 0;
  // The one hash without an absolute value in 32 bits counts as 0.
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitionCount;
}
