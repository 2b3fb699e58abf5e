/** The requests of a group's member, in versions that every broker since Kafka 2.3 serves. */
import type { GroupMembership, WorkGroupOptions } from '../client/index.ts';
import { RequestBody, type WireConnection } from '../log-reader/index.ts';

const keys = { heartbeat: 12, leave: 13, join: 11, sync: 14 } as const;
const joinVersion = 4;
const version = 2;

/** Kafka's error codes that a member answers in ways of their own. */
export const memberErrors = {
  none: 0,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  memberIdRequired: 79,
} as const;

const errorNames: Readonly<Record<number, string>> = {
  14: 'COORDINATOR_LOAD_IN_PROGRESS',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  22: 'ILLEGAL_GENERATION',
  23: 'INCONSISTENT_GROUP_PROTOCOL: another protocol type has this group',
  24: 'INVALID_GROUP_ID',
  25: 'UNKNOWN_MEMBER_ID',
  26: "INVALID_SESSION_TIMEOUT: it is not between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms",
  30: 'GROUP_AUTHORIZATION_FAILED',
  81: 'GROUP_MAX_SIZE_REACHED',
};

/** Kafka's name of an error, with what to do about it where that is not plain. */
export function errorNameOf(errorCode: number): string {
  return errorNames[errorCode] ?? `error ${errorCode}`;
}

export interface Joined {
  readonly errorCode: number;
  readonly generation: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Of all members, for the leader; empty for others. */
  readonly members: ReadonlyMap<string, Buffer>;
}

export async function join(
  connection: WireConnection,
  options: WorkGroupOptions,
  memberId: string,
  metadata: Buffer,
): Promise<Joined> {
  const request = new RequestBody()
    .string(options.groupId)
    .int32(options.sessionTimeoutMs)
    .int32(options.rebalanceTimeoutMs)
    .string(memberId)
    .string(options.protocolType);
  request.array([options.protocol], (protocol) => request.string(protocol).bytesField(metadata));
  const body = await connection.request(keys.join, joinVersion, request.bytes());
  body.int32(); // throttle
  const errorCode = body.int16();
  const generation = body.int32();
  body.nullableString(); // the protocol, which is the only one
  const leaderId = body.string();
  const ownId = body.string();
  const members = body.array(() => [body.string(), body.bytes()] as const);
  return { errorCode, generation, leaderId, memberId: ownId, members: new Map(members) };
}

export async function sync(
  connection: WireConnection,
  { groupId, generation, memberId }: GroupMembership,
  assignments: ReadonlyMap<string, Buffer>,
): Promise<{ readonly errorCode: number; readonly assignment: Buffer }> {
  const request = new RequestBody().string(groupId).int32(generation).string(memberId);
  request.array([...assignments], ([member, assignment]) => request.string(member).bytesField(assignment));
  const body = await connection.request(keys.sync, version, request.bytes());
  body.int32();
  return { errorCode: body.int16(), assignment: body.bytes() };
}

/** @returns the error code */
export async function heartbeat(connection: WireConnection, membership: GroupMembership): Promise<number> {
  const { groupId, generation, memberId } = membership;
  const request = new RequestBody().string(groupId).int32(generation).string(memberId);
  const body = await connection.request(keys.heartbeat, version, request.bytes());
  body.int32();
  return body.int16();
}

export async function leave(connection: WireConnection, groupId: string, memberId: string): Promise<void> {
  await connection.request(keys.leave, version, new RequestBody().string(groupId).string(memberId).bytes());
}
