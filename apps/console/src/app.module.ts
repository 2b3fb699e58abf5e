import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { topics } from '@headwater/contracts';
import { MessagingModule, RedriveModule } from '@headwater/messaging';
import { KafkaConfig, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { AccessToken } from './access/access-token.ts';
import { AccessController } from './access/access.controller.ts';
import { AccessGuard } from './access/access.guard.ts';
import { ClusterAdmin } from './cluster/cluster-admin.ts';
import { ClusterClient } from './cluster/cluster-client.ts';
import { ClusterReader } from './cluster/cluster.reader.ts';
import { FeedReader } from './feed/feed.reader.ts';
import { GroupDesk } from './groups/group-desk.ts';
import { GroupController } from './groups/group.controller.ts';
import { GroupsReader } from './groups/groups.reader.ts';
import { LessonRunner } from './lessons/lesson-runner.ts';
import { LessonsController } from './lessons/lessons.controller.ts';
import { LiveHub } from './live/live-hub.ts';
import { LiveController } from './live/live.controller.ts';
import { MessageDesk } from './messages/message-desk.ts';
import { MessageWriter } from './messages/message-writer.ts';
import { MessageController } from './messages/message.controller.ts';
import { OperationsController } from './operations/operations.controller.ts';
import { OperationsReader } from './operations/operations.reader.ts';
import { ServiceDoor } from './operations/service-door.ts';
import { RegistryDoor } from './schemas/registry-door.ts';
import { RegistryController } from './schemas/registry.controller.ts';
import { SchemaSource } from './schemas/schema-source.ts';
import { GatewayController } from './services/gateway.controller.ts';
import { PartsReader } from './services/parts.reader.ts';
import { ServiceAddresses } from './services/service-addresses.ts';
import { TopicDesk } from './topics/topic-desk.ts';
import { TopicController } from './topics/topic.controller.ts';
import { TopicsReader } from './topics/topics.reader.ts';
import { EventTracer } from './trace/event-tracer.ts';
import { RecordSearch } from './trace/record-search.ts';
import { TraceController } from './trace/trace.controller.ts';

/** A person waits for the answer. */
const deliveryTimeoutMs = 10_000;

/** The console: readers of each part of the platform, and one hub that tells the pages what changes. */
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig],
      useFactory: (context: ServiceContext, kafka: KafkaConfig) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [],
        producer: { lingerMs: 0, deliveryTimeoutMs },
        stopping: context.stopping,
      }),
    }),
    // Dead letters of all services lie in Kafka; parked keys are asked of the services.
    RedriveModule.forRootAsync({ useFactory: () => ({ topics: Object.values(topics) }) }),
  ],
  controllers: [
    AccessController,
    LiveController,
    LessonsController,
    GatewayController,
    TopicController,
    GroupController,
    MessageController,
    RegistryController,
    OperationsController,
    TraceController,
  ],
  providers: [
    AccessToken,
    { provide: APP_GUARD, useClass: AccessGuard },
    ClusterAdmin,
    ClusterClient,
    TopicDesk,
    GroupDesk,
    RegistryDoor,
    SchemaSource,
    MessageDesk,
    MessageWriter,
    ServiceDoor,
    OperationsReader,
    RecordSearch,
    EventTracer,
    ClusterReader,
    TopicsReader,
    GroupsReader,
    FeedReader,
    PartsReader,
    ServiceAddresses,
    LessonRunner,
    LiveHub,
  ],
})
export class AppModule {}
