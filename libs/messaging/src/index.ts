/**
 * Messaging over Kafka for NestJS services: producers by contract, subscriptions that keep the order of each key through failures,
 * and the inbox that makes redelivery harmless.
 */
export { systemClock, type Clock } from './clock/index.ts';
export {
  TransactionFailure,
  WriteFailure,
  type CompressionCodec,
  type CopartitionedListener,
  type CopartitionedMember,
  type FetchedChunk,
  type FetchedRecords,
  type GroupListener,
  type GroupMember,
  type GroupMemberOptions,
  type GroupMembership,
  type Isolation,
  type KafkaClient,
  type LogReader,
  type LogReaderListener,
  type LogReaderOptions,
  type OffsetRange,
  type Partitioner,
  type RawHeaders,
  type RawRecord,
  type RecordCursor,
  type RecordToWrite,
  type RecordWriter,
  type TopicAdmin,
  type TopicDescription,
  type TopicToCreate,
  type TransactionalWriter,
  type TransactionalWriterOptions,
  type WorkGroupListener,
  type WorkGroupMember,
  type WorkGroupMembership,
  type WorkGroupOptions,
  type WriterOptions,
} from './client/index.ts';
export { EventCodec, isUnreadable } from './codec/index.ts';
export {
  KafkaTransport,
  MessageReader,
  Subscribe,
  SubscribeBatch,
  SubscriptionContext,
  type MetricsPort,
  redriveTopicOf,
  retryTopicOf,
  type Delivery,
  type FailurePolicy,
  type OutputOptions,
  type SubscriptionOptions,
  type SubscriptionState,
  type TransactionOutput,
  type TransportHealth,
} from './consumer/index.ts';
export {
  classifyFailure,
  FatalHandlerError,
  MessagingError,
  type ClassifyFailure,
  type FailureKind,
  type MessagingErrorCode,
} from './errors/index.ts';
export {
  CreateInbox1700000000000,
  defaultInboxPrunerOptions,
  InboxPruner,
  pruneInbox,
  takeNewMessages,
  type InboxPrunerOptions,
} from './inbox/index.ts';
export { inEffectTransaction } from './effects/index.ts';
export { createKafkajsClient, mendRequestQueueTimers, sharePartitions, type OwnedPartitions } from './kafkajs/index.ts';
export {
  currentContext,
  deadLetterHeaderNames,
  headerNames,
  MessageHeaders,
  type MessageContext,
  type MessageEnvelope,
  type Tombstone,
  type TopicMessage,
} from './message/index.ts';
export {
  connectMessaging,
  MessagingModule,
  type HealthPort,
  type MessagingAsyncOptions,
  type MessagingOptions,
} from './module/index.ts';
export {
  KafkaChangePublisher,
  KafkaOutboxPublisher,
  LeanProducer,
  outboxMessageOf,
  type BulkProducer,
  type LeanProducerOptions,
} from './outbox/index.ts';
export {
  CreateParkedMessages1700000000001,
  ParkedKeys,
  type OperatorAct,
  type ParkedKey,
  type ParkedKeyName,
  type ParkedMessage,
  type ParkingAuditRow,
} from './parking/index.ts';
export {
  defaultProducerOptions,
  messageIdOf,
  MessageProducer,
  type EncodedRecord,
  type ProducerOptions,
  type SendOptions,
} from './producer/index.ts';
export {
  DeadLetterDesk,
  deadLetterView,
  fromJsonValue,
  type LetterEdit,
  ParkedDesk,
  RedriveModule,
  standardMaxRedrives,
  toJsonValue,
  type DeadLetterDeskOptions,
  type DeadLetterFilter,
  type DeadLetterRecord,
  type DeadLetterState,
  type DeadLetterView,
  type EventView,
  type NotedDeadLetter,
  type ParkedMessageView,
  type RedriveModuleOptions,
  type RedriveOptions,
  type RedriveReport,
} from './redrive/index.ts';
export { deadLetterSetup, describeDifference, TopicSetup, type TopicDifference } from './topics/index.ts';
