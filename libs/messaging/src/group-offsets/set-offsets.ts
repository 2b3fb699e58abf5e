/** Offsets of a group that nobody is a member of: OffsetCommit without a generation, as a reader without a membership commits. */
import type { ClusterAccess } from '../client/index.ts';
import { ClusterView, RequestBody } from '../log-reader/index.ts';
import { findCoordinator } from '../transactions/index.ts';

const offsetCommitKey = 8;
const offsetCommitVersion = 2;
const noGeneration = -1;
const brokersRetention = -1;

/**
 * Has a group go on at `offsets`, by partition of the topic.
 * @throws when the coordinator refuses, above all as the group has members
 */
export async function setOffsets(
  access: ClusterAccess,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> {
  const cluster = new ClusterView(access);
  try {
    const found = await findCoordinator(await cluster.anyConnection(), groupId, 'group');
    assertTaken(groupId, found.errorCode);
    const connection = await cluster.connect(found.host, found.port);
    const request = new RequestBody().string(groupId).int32(noGeneration).string('').int64(brokersRetention);
    request.int32(1).string(topic);
    request.array([...offsets], ([partition, offset]) => request.int32(partition).int64(offset).string(''));
    const body = await connection.request(offsetCommitKey, offsetCommitVersion, request.bytes());
    body.array(() => {
      body.string();
      body.array(() => {
        body.int32();
        assertTaken(groupId, body.int16());
      });
    });
  } finally {
    cluster.close();
  }
}

function assertTaken(groupId: string, errorCode: number): void {
  if (errorCode !== 0) throw new Error(`The coordinator took no offsets of group ${groupId}: error code ${errorCode}`);
}
