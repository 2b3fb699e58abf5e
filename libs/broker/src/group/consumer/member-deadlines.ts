import type { Deadline } from '../deadline.ts';

/** The deadlines of one member. */
export class MemberDeadlines {
  /** To be heard of again. */
  session: Deadline | undefined;
  /** To give partitions up. */
  rebalance: Deadline | undefined;
  /** Of the classic protocol: to join after it was told to, and to ask for its assignment after it has joined. */
  join: Deadline | undefined;
  sync: Deadline | undefined;

  cancel(): void {
    this.session?.cancel();
    this.rebalance?.cancel();
    this.join?.cancel();
    this.sync?.cancel();
  }
}
