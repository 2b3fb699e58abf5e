import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
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
import { LiveHub } from './live/live-hub.ts';
import { LiveController } from './live/live.controller.ts';
import { GatewayController } from './services/gateway.controller.ts';
import { PartsReader } from './services/parts.reader.ts';
import { ServiceAddresses } from './services/service-addresses.ts';
import { TopicDesk } from './topics/topic-desk.ts';
import { TopicController } from './topics/topic.controller.ts';
import { TopicsReader } from './topics/topics.reader.ts';

/** The console: readers of each part of the platform, and one hub that tells the pages what changes. */
@Module({
  controllers: [AccessController, LiveController, GatewayController, TopicController, GroupController],
  providers: [
    AccessToken,
    { provide: APP_GUARD, useClass: AccessGuard },
    ClusterAdmin,
    ClusterClient,
    TopicDesk,
    GroupDesk,
    ClusterReader,
    TopicsReader,
    GroupsReader,
    FeedReader,
    PartsReader,
    ServiceAddresses,
    LiveHub,
  ],
})
export class AppModule {}
