import { ErrorCode, KafkaError } from '../../protocol/index.ts';

/** What a request for more than one replica is told. */
export function replicationFactorRefused(replicationFactor: number): KafkaError {
  return new KafkaError(
    ErrorCode.INVALID_REPLICATION_FACTOR,
    `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be ` +
      'reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
  );
}

/** @throws KafkaError INVALID_REPLICA_ASSIGNMENT unless the replicas are this node alone. */
export function checkAssignedBrokers(brokerIds: readonly number[], nodeId: number): void {
  const refuse = (why: string): KafkaError =>
    new KafkaError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `The manual partition assignment includes ${why}`);
  if (brokerIds.length === 0) throw refuse('an empty replica list.');
  const seen = new Set<number>();
  for (const brokerId of [...brokerIds].sort((left, right) => left - right)) {
    if (brokerId !== nodeId) throw refuse(`broker ${brokerId}, but no such broker is registered.`);
    if (seen.has(brokerId)) throw refuse(`the broker ${brokerId} more than once.`);
    seen.add(brokerId);
  }
}
