/**
 * What groups have committed, when no transaction has any of it pending: OffsetFetch 7 (KIP-447), flexibly encoded (KIP-482), which
 * every broker since Kafka 2.5 serves.
 *
 * A process that takes partitions over asks for many at once, one by one: while anybody asks, all do on the same connections, and find
 * the coordinator of a group once.
 */
import { pauseMs, type Clock } from '../clock/index.ts';
import type { ClusterAccess } from '../client/index.ts';
import { ClusterView, RequestBody, type WireConnection } from '../log-reader/index.ts';
import { findCoordinator, type Coordinator } from '../transactions/index.ts';

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

/** What those share who ask at the same time. */
interface Shared {
  readonly cluster: ClusterView;
  readonly coordinators: Map<string, Promise<Coordinator>>;
}

export class CommittedOffsets {
  private shared: Shared | undefined;
  private asking = 0;

  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: Clock,
  ) {}

  /** Of partitions of a topic; -1 where nothing is committed. @throws when no broker answers, or the group may not be read. */
  async of(groupId: string, topic: string, partitions: readonly number[]): Promise<Map<number, bigint>> {
    const shared = (this.shared ??= { cluster: new ClusterView(this.access), coordinators: new Map() });
    this.asking += 1;
    try {
      for (let attempt = 1, failures = 0; ; attempt += 1) {
        try {
          return await askCoordinator(shared, groupId, topic, partitions);
        } catch (error) {
          shared.coordinators.delete(groupId);
          const isPassing = error instanceof Refused && passing.has(error.errorCode);
          if (!isPassing && (error instanceof Refused || (failures += 1) > mostFailures)) throw error;
          await this.clock.sleep(pauseMs(isPassing ? pendingBackoff : connectBackoff, attempt));
        }
      }
    } finally {
      this.asking -= 1;
      if (this.asking === 0) {
        shared.cluster.close();
        this.shared = undefined;
      }
    }
  }
}

async function askCoordinator(
  { cluster, coordinators }: Shared,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const finding = coordinators.get(groupId) ?? coordinatorOf(cluster, groupId);
  coordinators.set(groupId, finding);
  const { errorCode, host, port } = await finding;
  if (errorCode !== 0) throw new Refused(groupId, errorCode);
  return fetchOffsets(await cluster.connect(host, port), groupId, topic, partitions);
}

async function coordinatorOf(cluster: ClusterView, groupId: string): Promise<Coordinator> {
  return findCoordinator(await cluster.anyConnection(), groupId, 'group');
}

async function fetchOffsets(
  connection: WireConnection,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const request = new RequestBody().noTags().compactString(groupId);
  request.compactArray([topic], (name) => {
    request
      .compactString(name)
      .compactArray(partitions, (partition) => request.int32(partition))
      .noTags();
  });
  request.int8(1).noTags(); // stable offsets only
  const body = await connection.request(offsetFetchKey, offsetFetchVersion, request.bytes());
  body.tags();
  body.int32(); // throttle
  const offsets = new Map(partitions.map((partition) => [partition, -1n]));
  let firstCode = 0;
  body.compactArray(() => {
    body.compactString();
    body.compactArray(() => {
      offsets.set(body.int32(), BigInt(body.int64()));
      body.int32(); // leader epoch
      body.compactString(); // metadata
      firstCode ||= body.int16();
      body.tags();
    });
    body.tags();
  });
  firstCode ||= body.int16();
  if (firstCode !== 0) throw new Refused(groupId, firstCode);
  return offsets;
}
