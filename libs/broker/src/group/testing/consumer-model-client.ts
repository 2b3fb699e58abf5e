/**
 * A client of the consumer protocol that behaves as Kafka's do, one step at a time: it owns what it was told, gives up what it is asked
 * to a moment later, and forgets everything when it is fenced.
 */
import { ErrorCode } from '../../protocol/index.ts';
import type { ConsumerGroupHeartbeatResponse } from '../messages.ts';
import { heartbeat } from './consumer-requests.ts';
import type { GroupWorld } from './group-world.ts';

type Subscription = { readonly names: readonly string[] } | { readonly regex: string };

/** What clients may subscribe to. */
const subscriptions: readonly Subscription[] = [
  { names: ['orders'] },
  { names: ['orders', 'events'] },
  { names: ['events'] },
  { names: ['missing'] },
  { regex: 'orders|ev.*' },
];

const rebalanceTimeoutMs = 20_000;
/**
 * Shorter than the rebalance timeout and the session timeout: whoever was not heard for so long may have been told, in an answer that
 * was lost, to give partitions up, and may be given up for it.
 */
const selfFencingMs = 18_000;

export class ConsumerModelClient {
  readonly instanceId: string | null;
  #name: string;
  #lives = 0;
  #epoch = 0;
  #subscription: Subscription = subscriptions[0]!;
  /** As `topicId/partition`. */
  #owned = new Set<string>();
  /** What it was last told to own. */
  #target = new Set<string>();
  #lastHeardMs = 0;
  /** Since when it has something to give up, or the group has not heard that it did. */
  #revokingSinceMs: number | undefined;

  constructor(name: string, instanceId: string | null) {
    this.#name = name;
    this.instanceId = instanceId;
  }

  get memberId(): string {
    return `${this.#name}-${this.#lives}`;
  }

  get isIn(): boolean {
    return this.#epoch > 0;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** What it works on at this moment. */
  owned(world: GroupWorld): ReadonlySet<string> {
    this.#fenceItself(world);
    return this.#owned;
  }

  /** The process dies and starts again, with another member id. */
  crash(): void {
    this.#forget();
    this.#lives++;
  }

  async step(world: GroupWorld, random: () => number): Promise<void> {
    this.#fenceItself(world);
    const choice = random();
    if (!this.isIn) return this.#join(world, random);
    if (choice < 0.03) return this.#leave(world);
    if (choice < 0.06) this.#subscription = subscriptions[Math.floor(random() * subscriptions.length)]!;
    if (choice < 0.5) this.#revoke();
    // An answer may be lost on its way; the request has been seen.
    await this.beat(world, { isLost: random() < 0.1 });
  }

  /** One heartbeat that tells everything. */
  async beat(world: GroupWorld, { isLost = false } = {}): Promise<void> {
    const sentMs = world.clock.now();
    const answer = await heartbeat(world, this.memberId, this.#epoch, this.#telling());
    if (!isLost) this.#hear(answer, sentMs);
  }

  async #join(world: GroupWorld, random: () => number): Promise<void> {
    if (random() < 0.2) this.#subscription = subscriptions[Math.floor(random() * subscriptions.length)]!;
    this.#forget();
    await this.beat(world);
  }

  async #leave(world: GroupWorld): Promise<void> {
    const isStatic = this.instanceId !== null;
    await heartbeat(world, this.memberId, isStatic ? -2 : -1, { instanceId: this.instanceId });
    this.#forget();
    this.#lives++;
  }

  /** Does at last what it was told to. */
  #revoke(): void {
    this.#owned = this.#owned.intersection(this.#target);
  }

  #telling() {
    const names = 'names' in this.#subscription ? [...this.#subscription.names] : [];
    const partitions = new Map<string, number[]>();
    for (const key of this.#owned) {
      const [topicId = '', partition] = key.split('/');
      partitions.set(topicId, [...(partitions.get(topicId) ?? []), Number(partition)]);
    }
    return {
      instanceId: this.instanceId,
      rebalanceTimeoutMs,
      subscribedTopicNames: names,
      subscribedTopicRegex: 'regex' in this.#subscription ? this.#subscription.regex : '',
      topicPartitions: Array.from(partitions, ([topicId, each]) => ({ topicId, partitions: each })),
    };
  }

  #hear({ errorCode, memberEpoch = 0, assignment }: ConsumerGroupHeartbeatResponse, sentMs: number): void {
    const isFenced = errorCode === ErrorCode.FENCED_MEMBER_EPOCH || errorCode === ErrorCode.UNKNOWN_MEMBER_ID;
    if (isFenced || errorCode === ErrorCode.FENCED_INSTANCE_ID) this.#forget();
    if (errorCode !== ErrorCode.NONE) return;
    this.#epoch = memberEpoch;
    this.#lastHeardMs = sentMs;
    if (assignment === null || assignment === undefined) return;
    this.#target = new Set(
      assignment.topicPartitions.flatMap(({ topicId, partitions }) =>
        partitions.map((partition) => `${topicId}/${partition}`),
      ),
    );
    const toRevoke = this.#owned.difference(this.#target);
    this.#revokingSinceMs = toRevoke.size === 0 ? undefined : (this.#revokingSinceMs ?? sentMs);
    // What is new is its own at once; what it has to give up, it gives up in its own time.
    this.#owned = this.#owned.union(this.#target);
  }

  /** A client that hears nothing, or is too slow to give up, knows that the group has given it up. */
  #fenceItself(world: GroupWorld): void {
    const nowMs = world.clock.now();
    const isLost = this.isIn && nowMs - this.#lastHeardMs > selfFencingMs;
    const isSlow = this.#revokingSinceMs !== undefined && nowMs - this.#revokingSinceMs > rebalanceTimeoutMs - 2000;
    if (isLost || isSlow) this.#forget();
  }

  #forget(): void {
    this.#epoch = 0;
    this.#owned = new Set();
    this.#target = new Set();
    this.#revokingSinceMs = undefined;
  }
}
