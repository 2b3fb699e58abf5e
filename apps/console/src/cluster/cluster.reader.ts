import { Injectable } from '@nestjs/common';
import type { ClusterState } from '../live/live-state.ts';
import { ClusterAdmin } from './cluster-admin.ts';

@Injectable()
export class ClusterReader {
  private readonly admin: ClusterAdmin;

  constructor(admin: ClusterAdmin) {
    this.admin = admin;
  }

  read(): Promise<ClusterState> {
    return this.admin.use(async (admin) => {
      const { clusterId, controller, brokers } = await admin.describeCluster();
      return {
        clusterId,
        controllerId: controller,
        brokers: brokers.map(({ nodeId, host, port }) => ({ nodeId, address: `${host}:${port}` })),
      };
    });
  }
}
