import { statfs } from 'node:fs/promises';
import { describeLogDirsApi, ErrorCode, type ResponseInput } from '../../protocol/index.ts';
import { metadataTopicName } from '../../metadata/index.ts';
import { defineHandler } from './handler.ts';

type TopicAnswer = ResponseInput<typeof describeLogDirsApi>['results'][number]['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** DescribeLogDirs (key 35): the one data folder, its partitions' sizes, and from v4 the size of its disk (KIP-827). */
export const describeLogDirsHandler = defineHandler(describeLogDirsApi, async (request, { broker }) => {
  const asked = request.topics && new Map(request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]));
  const topics = new Map<string, PartitionAnswer[]>();
  for (const log of broker.storage.all()) {
    // Apache Kafka's brokers do not count the log of its controllers among theirs.
    if (log.topic === metadataTopicName) continue;
    if (asked && !asked.get(log.topic)?.has(log.partition)) continue;
    const partitions = topics.get(log.topic) ?? [];
    partitions.push({ partitionIndex: log.partition, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false });
    topics.set(log.topic, partitions);
  }
  return {
    errorCode: ErrorCode.NONE,
    results: [
      {
        errorCode: ErrorCode.NONE,
        logDir: broker.storage.directory,
        topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
        ...(await diskSpace(broker.storage.directory)),
      },
    ],
  };
});

async function diskSpace(directory: string): Promise<{ readonly totalBytes: number; readonly usableBytes: number }> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory);
    return { totalBytes: bsize * blocks, usableBytes: bsize * bavail };
  } catch {
    // -1 says that it is not known; the sizes of the partitions are the answer that matters.
    return { totalBytes: -1, usableBytes: -1 };
  }
}
