import type { Clock } from '../clock/index.ts';
import { ParkedPartition, type ParkingStore } from '../parking/index.ts';
import type { ParkedRelease } from './parked-release.ts';

/** What a subscription with the policy `park` has besides others. */
export class ParkingOfSubscription {
  constructor(
    private readonly store: ParkingStore,
    readonly releases: ParkedRelease,
    private readonly options: { readonly group: string; readonly topic: string; readonly maxParkedKeys: number },
    private readonly clock: Clock,
  ) {}

  /** The parked keys of a partition in a new generation. */
  of(partition: number): ParkedPartition {
    const { group, topic, maxParkedKeys } = this.options;
    return new ParkedPartition({ subscription: group, topic, partition }, this.store, maxParkedKeys, this.clock);
  }
}
