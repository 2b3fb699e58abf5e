import { Module } from '@nestjs/common';
import { ClusterAdmin } from './cluster/cluster-admin.ts';
import { ClusterReader } from './cluster/cluster.reader.ts';
import { FeedReader } from './feed/feed.reader.ts';
import { GroupsReader } from './groups/groups.reader.ts';
import { LiveHub } from './live/live-hub.ts';
import { LiveController } from './live/live.controller.ts';
import { GatewayController } from './services/gateway.controller.ts';
import { PartsReader } from './services/parts.reader.ts';
import { ServiceAddresses } from './services/service-addresses.ts';
import { TopicsReader } from './topics/topics.reader.ts';

/** The console: readers of each part of the platform, and one hub that tells the pages what changes. */
@Module({
  controllers: [LiveController, GatewayController],
  providers: [
    ClusterAdmin,
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
