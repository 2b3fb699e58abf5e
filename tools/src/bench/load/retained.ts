/** A data folder of a stopped broker that retains much. */
import { createTopic } from './topics.ts';
import { type LogEnd, writeShutdownState, writeSparseLog } from './sparse-log.ts';
import { startBroker } from './servers.ts';
import { topicOf } from './wire.ts';

export interface Retained {
  readonly partitions: number;
  readonly partitionBytes: number;
  readonly segmentBytes: number;
}

/** Kept however old it is, so that nothing of it goes while it is measured. */
const config = { 'retention.ms': '-1', 'max.message.bytes': '2000000' };
const batchBytes = 128 * 1024;

/** Makes the topic `topicOf(0)` with so much in it. */
export async function retain(
  dataDir: string,
  { partitions, partitionBytes, segmentBytes }: Retained,
): Promise<LogEnd[]> {
  const broker = await startBroker(dataDir, { flush: 'os' });
  try {
    await createTopic(broker.address, { name: topicOf(0), partitions, config });
  } finally {
    await broker.stop();
  }
  const batches = Math.ceil(partitionBytes / batchBytes);
  const ends = Array.from({ length: partitions }, (_, partition) =>
    writeSparseLog(dataDir, { topic: topicOf(0), partition, batches, batchBytes, segmentBytes }),
  );
  writeShutdownState(dataDir, ends, 'clean');
  return ends;
}
