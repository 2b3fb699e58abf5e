import kafkajs, { type Kafka } from 'kafkajs';
import type { Clock } from '../clock/index.ts';
import type {
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
import { logSizes, WireLogReader } from '../log-reader/index.ts';
import { WireRecordWriter } from '../log-writer/index.ts';
import { WireTransactionalWriter } from '../transactions/index.ts';
import { setOffsets, WireWorkGroupMember } from '../work-group/index.ts';
import { committedOffsets } from './committed-offsets.ts';
import { provideCompressionCodecs } from './compression-codecs.ts';
import { mendGroupFencing } from './group-fencing.ts';
import { KafkajsCopartitionedMember } from './kafkajs-copartitioned-member.ts';
import { KafkajsGroupMember } from './kafkajs-group-member.ts';
import { kafkajsLogger } from './kafkajs-logger.ts';
import { KafkajsRecordWriter } from './kafkajs-record-writer.ts';
import { KafkajsTopicAdmin } from './kafkajs-topic-admin.ts';
import { KafkajsTransactionalWriter } from './kafkajs-transactional-writer.ts';
import { mendRequestQueueTimers } from './request-queue-timers.ts';

export interface KafkajsClientOptions {
  readonly clientId: string;
  /** `host:port` of brokers to ask first. */
  readonly bootstrapServers: readonly string[];
  readonly clock: Clock;
}

/** Opens no connection yet. */
export function createKafkajsClient(options: KafkajsClientOptions): KafkaClient {
  mendRequestQueueTimers();
  mendGroupFencing();
  provideCompressionCodecs();
  const kafka: Kafka = new kafkajs.Kafka({
    clientId: options.clientId,
    brokers: [...options.bootstrapServers],
    logCreator: kafkajsLogger,
    logLevel: kafkajs.logLevel.INFO,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
  });
  return {
    bootstrapServers: options.bootstrapServers,
    joinGroup: (member: GroupMemberOptions, listener: GroupListener): GroupMember =>
      new KafkajsGroupMember(kafka, member, listener, options.clock),
    joinCopartitioned: (member: CopartitionedOptions, listener: CopartitionedListener): CopartitionedMember =>
      new KafkajsCopartitionedMember(kafka, member, listener, options.clock),
    joinWorkGroup: (member: WorkGroupOptions, listener: WorkGroupListener): WorkGroupMember => {
      const { clientId, bootstrapServers, clock } = options;
      return new WireWorkGroupMember({ ...member, clientId, bootstrapServers }, listener, clock);
    },
    openLogReader: (reader: LogReaderOptions, listener: LogReaderListener): LogReader => {
      const { clientId, bootstrapServers, clock } = options;
      return new WireLogReader({ ...reader, clientId, bootstrapServers }, listener, clock);
    },
    // The wire's own writer costs a fraction, but does not compress.
    openWriter: ({ compression = 'none', ...writer }: WriterOptions = {}): Promise<RecordWriter> =>
      compression === 'none'
        ? WireRecordWriter.open({ ...writer, clientId: options.clientId, bootstrapServers: options.bootstrapServers })
        : KafkajsRecordWriter.open(kafka, { ...writer, compression }),
    openTransactionalWriter: (writer: TransactionalWriterOptions): Promise<TransactionalWriter> => {
      const { clientId, bootstrapServers, clock } = options;
      return writer.bulk
        ? WireTransactionalWriter.open({ ...writer, clientId, bootstrapServers }, clock)
        : KafkajsTransactionalWriter.open(kafka, writer, clock);
    },
    committedOffsets: (groupId: string, topic: string, partitions: readonly number[]) =>
      committedOffsets(kafka, options.clock, groupId, topic, partitions),
    setOffsets: (groupId: string, topic: string, offsets: ReadonlyMap<number, number>) =>
      setOffsets(options, groupId, topic, offsets),
    logSizes: (topic: string, partitions: readonly number[]) => logSizes(options, topic, partitions),
    openAdmin: (): Promise<TopicAdmin> => KafkajsTopicAdmin.open(kafka),
  };
}
