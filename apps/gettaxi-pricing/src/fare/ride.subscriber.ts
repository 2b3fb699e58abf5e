import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  rideCancelled,
  rideCompleted,
  ridePickedUp,
  ridePositionsRecorded,
  rideRequested,
  rideUnfulfilled,
  topics,
} from '@headwater/contracts';
import { Subscribe, SubscriptionContext, type TopicMessage } from '@headwater/messaging';
import { Fares } from './fares.ts';
import { RideMeter } from './ride-meter.ts';

/** What is noted of a ride, its fare, and the event that tells of it are the effects of its events, each once. */
@Controller()
export class RideSubscriber {
  constructor(
    private readonly meter: RideMeter,
    private readonly fares: Fares,
  ) {}

  @Subscribe(topics.rideEvents, { group: 'gettaxi-pricing.fares', delivery: 'exactly-once-effect' })
  async onRide(
    @Payload() { name, value }: TopicMessage<typeof topics.rideEvents>,
    @Ctx() { manager }: SubscriptionContext,
  ): Promise<void> {
    const { rideId } = value;
    if (name === rideRequested.name) await this.meter.requested(manager, value);
    else if (name === ridePickedUp.name) await this.meter.recorded(manager, rideId, [{ ...value.place, ...value }]);
    else if (name === ridePositionsRecorded.name) await this.meter.recorded(manager, rideId, value.positions);
    else if (name === rideCompleted.name) {
      await this.meter.recorded(manager, rideId, [{ ...value.place, ...value }]);
      const positions = await this.meter.positionsOf(manager, rideId);
      await this.fares.calculate(manager, value, positions, await this.meter.priceOf(manager, rideId));
      await this.meter.forget(manager, rideId);
    } else if (name === rideCancelled.name || name === rideUnfulfilled.name) await this.meter.forget(manager, rideId);
  }
}
