import { ErrorCode, offsetForLeaderEpochApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';
import { endOfEpoch, leaderEpochError, partitionByName } from './partition-lookup.ts';

/** OffsetForLeaderEpoch (key 23): where the records of a leader epoch end (KIP-101, KIP-320); librdkafka asks by v2 only. */
export const offsetForLeaderEpochHandler = defineHandler(offsetForLeaderEpochApi, (request, { broker }) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const { log, errorCode } = partitionByName(broker, topic, partition);
      if (log === undefined) return { partition, errorCode, leaderEpoch: -1, endOffset: -1 };
      const epochError = leaderEpochError(log, currentLeaderEpoch);
      if (epochError !== ErrorCode.NONE) return { partition, errorCode: epochError, leaderEpoch: -1, endOffset: -1 };
      return { partition, errorCode: ErrorCode.NONE, ...endOfEpoch(log, leaderEpoch) };
    }),
  })),
}));
