/**
 * Assigns partition numbers instead of topic partitions, and leaves a number with the member that has it: what a member has built up
 * for a partition is expensive to move. Each member tells in its subscription which numbers it owned in which generation; a claim of
 * the newest generation wins. Members differ by one number at most.
 */
import kafkajs, { type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol } = kafkajs;

/** What a member had before a rebalance, and since which generation of the group. */
export interface OwnedPartitions {
  readonly generation: number;
  readonly partitions: readonly number[];
}

export interface Claim extends OwnedPartitions {
  readonly memberId: string;
}

/** The numbers of each member, in order. */
export function sharePartitions(claims: readonly Claim[], count: number): Map<string, number[]> {
  const members = claims.map(({ memberId }) => memberId).sort();
  const shares = new Map<string, number[]>(members.map((memberId) => [memberId, []]));
  const least = Math.floor(count / members.length);
  let larger = count % members.length;
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const byAge = [...claims].sort(
    (one, other) => other.generation - one.generation || (one.memberId < other.memberId ? -1 : 1),
  );
  for (const { memberId, partitions } of byAge) {
    const share = shares.get(memberId)!;
    for (const partition of [...partitions].sort((one, other) => one - other)) {
      if (!free.has(partition) || share.length > least || (share.length === least && larger === 0)) continue;
      if (share.length === least) larger--;
      share.push(partition);
      free.delete(partition);
    }
  }
  for (const partition of free) {
    const [first] = [...shares.values()].sort((one, other) => one.length - other.length);
    first!.push(partition);
  }
  for (const share of shares.values()) share.sort((one, other) => one - other);
  return shares;
}

function ownedIn(userData: Buffer): OwnedPartitions {
  if (userData.length < 8) return { generation: -1, partitions: [] };
  const partitions = Array.from({ length: userData.readInt32BE(4) }, (_, index) => userData.readInt32BE(8 + 4 * index));
  return { generation: userData.readInt32BE(0), partitions };
}

function userDataOf({ generation, partitions }: OwnedPartitions): Buffer {
  const userData = Buffer.alloc(8 + 4 * partitions.length);
  userData.writeInt32BE(generation, 0);
  userData.writeInt32BE(partitions.length, 4);
  partitions.forEach((partition, index) => userData.writeInt32BE(partition, 8 + 4 * index));
  return userData;
}

const assignerVersion = 1;

/** @param owned what this member owns at the moment that it joins. */
export function copartitionedAssigner(owned: () => OwnedPartitions): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'headwater-copartitioned',
    version: assignerVersion,
    protocol({ topics }) {
      const metadata = AssignerProtocol.MemberMetadata.encode({
        version: assignerVersion,
        topics,
        userData: userDataOf(owned()),
      });
      return { name: this.name, metadata };
    },
    assign({ members, topics }) {
      const counts = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
      const claims = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...ownedIn(AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData ?? Buffer.alloc(0)),
      }));
      const shares = sharePartitions(claims, Math.max(...counts.values()));
      const assignments = [...shares].map(([memberId, partitions]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: assignerVersion,
          assignment: Object.fromEntries(
            [...counts].map(([topic, count]) => [topic, partitions.filter((partition) => partition < count)]),
          ),
          userData: Buffer.alloc(0),
        }),
      }));
      return Promise.resolve(assignments);
    },
  });
}
