/**
 * What members tell each other through the group's leader, as JSON. Joining: where the member can be reached, and what it holds of
 * which generation, so that a partition stays where it is restored. Assigned: everyone's share, the same text for every member.
 */
import { sharePartitions } from '@headwater/messaging';

/** Who answers for a partition. */
export interface PartitionOwner {
  /** As the owner has announced it. */
  readonly address: string;
  readonly isSelf: boolean;
}

export interface MemberAnnouncement {
  readonly address: string;
  readonly generation: number;
  readonly partitions: readonly number[];
}

interface MemberShare {
  readonly memberId: string;
  readonly address: string;
  readonly partitions: readonly number[];
}

export const announcementOf = (announcement: MemberAnnouncement): Buffer => Buffer.from(JSON.stringify(announcement));

/** The leader's decision: members differ by one partition at most, and keep what they have where that allows it. */
export function assignShares(members: ReadonlyMap<string, Buffer>, partitions: number): Map<string, Buffer> {
  const claims = [...members].map(([memberId, metadata]) => ({
    memberId,
    ...(JSON.parse(metadata.toString()) as MemberAnnouncement),
  }));
  const shared = sharePartitions(claims, partitions);
  const shares: MemberShare[] = claims.map(({ memberId, address }) => ({
    memberId,
    address,
    partitions: shared.get(memberId)!,
  }));
  const assignment = Buffer.from(JSON.stringify(shares));
  return new Map(claims.map(({ memberId }) => [memberId, assignment]));
}

/** The owner of each partition. */
export function ownersIn(assignment: Buffer, self: string): Map<number, PartitionOwner> {
  const shares = assignment.length === 0 ? [] : (JSON.parse(assignment.toString()) as MemberShare[]);
  return new Map(
    shares.flatMap(({ memberId, address, partitions }) => {
      const owner = { address, isSelf: memberId === self };
      return partitions.map((partition) => [partition, owner] as const);
    }),
  );
}
