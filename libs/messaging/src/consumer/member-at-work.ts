/** A subscription as it is now. */
export interface SubscriptionState {
  readonly group: string;
  readonly topic: string;
  /** Whether the group has been joined since the start. */
  readonly joined: boolean;
  readonly partitions: readonly {
    readonly partition: number;
    readonly position: bigint | undefined;
    readonly lag: number | undefined;
  }[];
  readonly waitingRecords: number;
  /** Messages that handlers are at work on. */
  readonly inFlight: number;
  /** Keys of this member's partitions that are parked, and for how long the first of them has been. */
  readonly parkedKeys: number;
  readonly oldestParkedMs: number;
  /** An operator has paused the subscription. */
  readonly paused: boolean;
  /** Why the subscription ended by its policy `stop`; undefined while it runs. */
  readonly stoppedBecause: string | undefined;
  /** How long the subscription has made no progress, in milliseconds, and why. */
  readonly stalledMs: number;
  readonly stalledBecause: string;
}

/** A member of a group, with what it is at work on. */
export interface MemberAtWork {
  state(): SubscriptionState;
  /** Fetches nothing more until it is resumed; what is in memory is finished. */
  pause(): void;
  resume(): void;
  /** Ends work under way, commits it and leaves the group. */
  close(): Promise<void>;
}
