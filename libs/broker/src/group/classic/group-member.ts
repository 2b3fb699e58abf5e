import type { JoinGroupResponse, SyncGroupResponse } from '../messages.ts';
import type { Deadline } from '../deadline.ts';

/** An assignment strategy that a member supports, with what it tells the leader (opaque to the broker). */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** Who a member is; fixed for its life. */
export interface MemberIdentity {
  readonly memberId: string;
  /** `group.instance.id` of a static member (KIP-345), null of a dynamic one. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
}

/** What a member asks for; changed by each JoinGroup. */
export interface MemberWishes {
  readonly protocols: readonly MemberProtocol[];
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
}

type Waiting<T> = Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'>;

/** A member of a classic group. Its identity, wishes and assignment are recorded; who waits for an answer and the deadline are not. */
export class GroupMember implements MemberIdentity, MemberWishes {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  protocols: readonly MemberProtocol[];
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  assignment: Buffer = Buffer.alloc(0);
  /** Has not been told its generation yet: it cannot send heartbeats, and is given up when its first join lasts too long. */
  isNew = false;
  awaitingJoin: Waiting<JoinGroupResponse> | undefined;
  awaitingSync: (Waiting<SyncGroupResponse> & { readonly generationId: number }) | undefined;
  /** Runs out when the member was silent for its session timeout. */
  session: Deadline | undefined;

  constructor(identity: MemberIdentity, wishes: MemberWishes) {
    this.memberId = identity.memberId;
    this.groupInstanceId = identity.groupInstanceId;
    this.clientId = identity.clientId;
    this.clientHost = identity.clientHost;
    this.protocols = wishes.protocols;
    this.rebalanceTimeoutMs = wishes.rebalanceTimeoutMs;
    this.sessionTimeoutMs = wishes.sessionTimeoutMs;
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  metadataFor(protocolName: string | undefined): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0);
  }

  /** Whether these are exactly the protocols that it has, in the same order. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, index) => {
        const own = this.protocols[index]!;
        return own.name === name && own.metadata.equals(metadata);
      })
    );
  }

  /** The protocol that it prefers among the candidates; it supports at least one of them. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find(({ name }) => candidates.has(name))?.name;
  }
}
