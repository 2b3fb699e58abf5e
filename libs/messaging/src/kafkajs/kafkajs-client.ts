import kafkajs, { type Kafka } from 'kafkajs';
import type { Clock } from '../clock/index.ts';
import type {
  ClusterAccess,
  CopartitionedListener,
  CopartitionedMember,
  CopartitionedOptions,
  GroupListener,
  GroupMember,
  GroupMemberOptions,
  KafkaClient,
  LogReader,
  LogReaderListener,
  LogReaderOptions,
  RecordWriter,
  TopicAdmin,
  TransactionalWriter,
  TransactionalWriterOptions,
  WorkGroupListener,
  WorkGroupMember,
  WorkGroupOptions,
  WriterOptions,
} from '../client/index.ts';
import { CommittedOffsets, setOffsets } from '../group-offsets/index.ts';
import { logSizes, WireLogReader } from '../log-reader/index.ts';
import { WireRecordWriter } from '../log-writer/index.ts';
import { WireTransactionalWriter } from '../transactions/index.ts';
import { WireWorkGroupMember } from '../work-group/index.ts';
import { provideCompressionCodecs } from './compression-codecs.ts';
import { mendGroupFencing } from './group-fencing.ts';
import { KafkajsCopartitionedMember } from './kafkajs-copartitioned-member.ts';
import { KafkajsGroupMember } from './kafkajs-group-member.ts';
import { kafkajsLogger } from './kafkajs-logger.ts';
import { kafkajsOptionsOf } from './kafkajs-options.ts';
import { KafkajsRecordWriter } from './kafkajs-record-writer.ts';
import { KafkajsTopicAdmin } from './kafkajs-topic-admin.ts';
import { KafkajsTransactionalWriter } from './kafkajs-transactional-writer.ts';
import { mendRequestQueueTimers } from './request-queue-timers.ts';

export interface KafkajsClientOptions extends ClusterAccess {
  readonly clock: Clock;
}

/** Opens no connection yet. */
export function createKafkajsClient({ clock, ...access }: KafkajsClientOptions): KafkaClient {
  mendRequestQueueTimers();
  mendGroupFencing();
  provideCompressionCodecs();
  const kafka: Kafka = new kafkajs.Kafka({
    clientId: access.clientId,
    ...kafkajsOptionsOf(access),
    logCreator: kafkajsLogger,
    logLevel: kafkajs.logLevel.INFO,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
  });
  const committed = new CommittedOffsets(access, clock);
  return {
    bootstrapServers: access.bootstrapServers,
    joinGroup: (member: GroupMemberOptions, listener: GroupListener): GroupMember =>
      new KafkajsGroupMember(kafka, member, listener, clock),
    joinCopartitioned: (member: CopartitionedOptions, listener: CopartitionedListener): CopartitionedMember =>
      new KafkajsCopartitionedMember(kafka, member, listener, clock),
    joinWorkGroup: (member: WorkGroupOptions, listener: WorkGroupListener): WorkGroupMember =>
      new WireWorkGroupMember({ ...member, ...access }, listener, clock),
    openLogReader: (reader: LogReaderOptions, listener: LogReaderListener): LogReader =>
      new WireLogReader({ ...reader, ...access }, listener, clock),
    // The wire's own writer costs a fraction, but does not compress.
    openWriter: ({ compression = 'none', ...writer }: WriterOptions = {}): Promise<RecordWriter> =>
      compression === 'none'
        ? WireRecordWriter.open({ ...writer, ...access })
        : KafkajsRecordWriter.open(kafka, { ...writer, compression }),
    openTransactionalWriter: (writer: TransactionalWriterOptions): Promise<TransactionalWriter> =>
      writer.bulk
        ? WireTransactionalWriter.open({ ...writer, ...access }, clock)
        : KafkajsTransactionalWriter.open(kafka, writer, clock),
    committedOffsets: (groupId: string, topic: string, partitions: readonly number[]) =>
      committed.of(groupId, topic, partitions),
    setOffsets: (groupId: string, topic: string, offsets: ReadonlyMap<number, number>) =>
      setOffsets(access, groupId, topic, offsets),
    logSizes: (topic: string, partitions: readonly number[]) => logSizes(access, topic, partitions),
    openAdmin: (): Promise<TopicAdmin> => KafkajsTopicAdmin.open(kafka),
  };
}
