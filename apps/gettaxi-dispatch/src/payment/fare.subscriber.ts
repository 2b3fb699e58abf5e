import { Controller } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { Subscribe, type TopicMessage } from '@headwater/messaging';
import { DataSource } from 'typeorm';
import { RideProcess } from '../ride/ride-process.ts';

/**
 * The rider's means of payment is on file, so a ride counts as paid when its fare is known: RidePaid follows on the fare. A fare that comes
 * again changes nothing, which is why no inbox is needed.
 */
@Controller()
export class FareSubscriber {
  constructor(
    private readonly dataSource: DataSource,
    private readonly process: RideProcess,
  ) {}

  @Subscribe(topics.rideFares, { group: 'gettaxi-dispatch.fares' })
  async onFare({ value }: TopicMessage<typeof topics.rideFares>): Promise<void> {
    const { rideId, amount, currency, occurredAt } = value;
    await this.dataSource.transaction((transaction) =>
      this.process.handle(transaction, rideId, { type: 'pay', amount, currency, at: occurredAt.toISOString() }),
    );
  }
}
