/**
 * All shards of the outbox, so that no relay from the table publishes meanwhile; renewed by a timer, and certain only until the
 * lease ends by this process's own clock.
 */
import { ReplicationError } from '../replication/index.ts';
import { type HeldShards, type RelaySession } from './relay-session.ts';

export class ShardLease {
  readonly tokens: HeldShards;
  private readonly session: RelaySession;
  private readonly leaseMs: number;
  private readonly timer: NodeJS.Timeout;
  private endsMs: number;

  /** @param askedMs when the shards were asked for, on `performance.now()` */
  constructor(session: RelaySession, tokens: HeldShards, leaseMs: number, askedMs: number) {
    this.session = session;
    this.tokens = tokens;
    this.leaseMs = leaseMs;
    this.endsMs = askedMs + leaseMs;
    this.timer = setInterval(() => void this.renew(), leaseMs / 3);
  }

  get isCertain(): boolean {
    return performance.now() < this.endsMs;
  }

  /** Asks once more when the lease has ended. @throws ReplicationError REPLICATION_FENCED when another relay has a shard */
  async assertHeld(): Promise<void> {
    if (!this.isCertain) await this.renew();
    if (!this.isCertain)
      throw new ReplicationError('REPLICATION_FENCED', 'the shards of the outbox went to another relay');
  }

  end(): void {
    clearInterval(this.timer);
    this.endsMs = 0;
  }

  private async renew(): Promise<void> {
    const askedMs = performance.now();
    const renewed = await this.session.renewShards(this.leaseMs).catch(() => 0);
    this.endsMs = renewed === this.tokens.size ? askedMs + this.leaseMs : 0;
  }
}
