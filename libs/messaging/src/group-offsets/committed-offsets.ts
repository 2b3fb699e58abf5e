/**
 * What groups have committed, when no transaction has any of it pending: OffsetFetch 7 (KIP-447), flexibly encoded (KIP-482), which
 * every broker since Kafka 2.5 serves.
 *
 * A process that takes partitions over asks for many at once, one by one: while anybody asks, all do on the same connections.
 */
import { pauseMs, type Clock } from '../clock/index.ts';
import type { ClusterAccess } from '../client/index.ts';
import { ClusterView, RequestBody, type WireConnection } from '../log-reader/index.ts';
import { findCoordinator } from '../transactions/index.ts';

const offsetFetchKey = 9;
const offsetFetchVersion = 7;

/** A transaction's offsets are pending for a round trip, or until its time-out when its writer died. */
const pendingBackoff = { firstMs: 10, maxMs: 500 };
const connectBackoff = { firstMs: 100, maxMs: 1_000 };
const mostFailures = 3;

/**
 * COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, UNSTABLE_OFFSET_COMMIT: a coordinator that loads its groups
 * or moves, and offsets that are pending. All of them pass.
 */
const passing: ReadonlySet<number> = new Set([14, 15, 16, 88]);

/** The answer of a coordinator that does not say the offsets. */
class Refused extends Error {
  constructor(
    groupId: string,
    readonly errorCode: number,
  ) {
    super(`the coordinator does not tell the offsets of group ${groupId}: error code ${errorCode}`);
  }
}

export class CommittedOffsets {
  private cluster: ClusterView | undefined;
  private asking = 0;

  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: Clock,
  ) {}

  /** Of partitions of a topic; -1 where nothing is committed. @throws when no broker answers, or the group may not be read. */
  async of(groupId: string, topic: string, partitions: readonly number[]): Promise<Map<number, bigint>> {
    const cluster = (this.cluster ??= new ClusterView(this.access));
    this.asking += 1;
    try {
      for (let attempt = 1, failures = 0; ; attempt += 1) {
        try {
          return await askCoordinator(cluster, groupId, topic, partitions);
        } catch (error) {
          const isPassing = error instanceof Refused && passing.has(error.errorCode);
          if (!isPassing && (error instanceof Refused || (failures += 1) > mostFailures)) throw error;
          await this.clock.sleep(pauseMs(isPassing ? pendingBackoff : connectBackoff, attempt));
        }
      }
    } finally {
      this.asking -= 1;
      if (this.asking === 0) {
        cluster.close();
        this.cluster = undefined;
      }
    }
  }
}

async function askCoordinator(
  cluster: ClusterView,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const { errorCode, host, port } = await findCoordinator(await cluster.anyConnection(), groupId, 'group');
  if (errorCode !== 0) throw new Refused(groupId, errorCode);
  return fetchOffsets(await cluster.connect(host, port), groupId, topic, partitions);
}

async function fetchOffsets(
  connection: WireConnection,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const request = new RequestBody().int8(0).compactString(groupId); // behind the header's tags
  request.uvarint(2).compactString(topic); // one topic
  request.uvarint(partitions.length + 1);
  for (const partition of partitions) request.int32(partition);
  request.int8(0).int8(1).int8(0); // no tags, stable offsets only, no tags
  const body = await connection.request(offsetFetchKey, offsetFetchVersion, request.bytes());
  body.int8();
  body.int32(); // throttle
  const offsets = new Map(partitions.map((partition) => [partition, -1n]));
  let firstCode = 0;
  for (let topics = body.uvarint() - 1; topics > 0; topics--) {
    body.skip(body.uvarint() - 1);
    for (let left = body.uvarint() - 1; left > 0; left--) {
      offsets.set(body.int32(), BigInt(body.int64()));
      body.int32(); // leader epoch
      body.skip(Math.max(body.uvarint() - 1, 0)); // metadata
      firstCode ||= body.int16();
      body.int8();
    }
    body.int8();
  }
  firstCode ||= body.int16();
  if (firstCode !== 0) throw new Refused(groupId, firstCode);
  return offsets;
}
