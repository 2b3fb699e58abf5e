/** How many bytes partitions take on disk: DescribeLogDirs (KIP-113), asked of every broker; a partition counts where it is led. */
import type { ClusterAccess } from '../client/index.ts';
import { ClusterView } from './cluster-view.ts';
import { RequestBody } from './wire-codec.ts';

const describeLogDirsKey = 35;
const describeLogDirsVersion = 1;

/** Bytes by partition. A partition without a leader is left out. @throws when a leader does not answer. */
export async function logSizes(
  access: ClusterAccess,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, number>> {
  const cluster = new ClusterView(access);
  try {
    await cluster.refresh([topic]);
    const sizes = new Map<number, number>();
    const byLeader = Map.groupBy(partitions, (partition) => cluster.leaderOf(topic, partition));
    for (const [leader, led] of byLeader) {
      if (leader === undefined) continue;
      const request = new RequestBody().int32(1).string(topic);
      request.array(led, (partition) => request.int32(partition));
      const connection = await cluster.connectionTo(leader);
      const body = await connection.request(describeLogDirsKey, describeLogDirsVersion, request.bytes());
      body.int32(); // throttle
      body.array(() => {
        body.int16(); // error of a folder: its partitions are left out
        body.string();
        body.array(() => {
          body.string();
          body.array(() => {
            const partition = body.int32();
            const bytes = body.int64();
            body.int64(); // lag of a replica that moves
            body.int8(); // whether it is such a replica
            sizes.set(partition, bytes);
          });
        });
      });
    }
    return sizes;
  } finally {
    cluster.close();
  }
}
