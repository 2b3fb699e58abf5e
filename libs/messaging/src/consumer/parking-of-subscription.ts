import type { Clock } from '../clock/index.ts';
import { ParkedPartition, type ParkingStore } from '../parking/index.ts';
import type { ParkedRelease } from './parked-release.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

/** What a subscription with the policy `park` has besides others. */
export class ParkingOfSubscription {
  constructor(
    private readonly store: ParkingStore,
    readonly releases: ParkedRelease,
    private readonly options: Pick<SubscriptionOptions, 'group' | 'maxParkedKeys' | 'sessionTimeoutMs'>,
    private readonly topic: string,
    private readonly clock: Clock,
  ) {}

  /** The parked keys of a partition in a new generation. */
  of(partition: number, generation: number): ParkedPartition {
    const { group, maxParkedKeys, sessionTimeoutMs } = this.options;
    const place = { subscription: group, topic: this.topic, partition };
    return new ParkedPartition(place, this.store, { maxKeys: maxParkedKeys, generation, sessionTimeoutMs }, this.clock);
  }
}
