/**
 * One Apache Kafka for all files that a process runs: Jest gives each file a world of its own but runs many of them in one
 * worker. Its folder carries the process id, so that the next file finds it there; it ends with the process.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ReferenceCluster, startReferenceKafka, type RunningReferenceKafka } from '../kafka/index.ts';

/** Files share it: they use names of their own and leave it running. @throws Error when it is absent. */
export async function sharedReferenceKafka(
  config: Readonly<Record<string, string>>,
): Promise<Pick<RunningReferenceKafka, 'bootstrapServers'>> {
  const folder = path.join(tmpdir(), `headwater-reference-kafka-of-${process.pid}`);
  const earlier = ReferenceCluster.find(folder);
  if (
    earlier !== undefined &&
    (await earlier.status()).every(({ pid, knownBrokers }) => pid !== undefined && knownBrokers > 0)
  )
    return { bootstrapServers: earlier.bootstrapServers.join(',') };
  const kafka = await startReferenceKafka({ config, folder });
  if ('absent' in kafka) throw new Error(kafka.absent);
  return kafka;
}
