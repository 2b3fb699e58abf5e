/**
 * Positions go straight to Kafka (docs/adr/0007): the topics are their record, and a request is answered when the broker has them.
 * Sending one again is harmless, since of a taxi or a user the latest holds.
 */
import { Injectable } from '@nestjs/common';
import { taxiPosition, topics, userPosition } from '@headwater/contracts';
import { newEventId } from '@headwater/event-sourcing';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { Metrics, Problem } from '@headwater/service-kit';
import { Fleet } from '../fleet/fleet.ts';
import { type TaxiPositionRequest, type UserPositionRequest } from './position.requests.ts';

@Injectable()
export class PositionPublisher {
  private readonly recorded;

  constructor(
    private readonly producer: MessageProducer,
    private readonly fleet: Fleet,
    metrics: Metrics,
  ) {
    this.recorded = metrics.counter<'of'>({
      name: 'gettaxi_positions_total',
      help: 'Positions that were recorded, of users and of taxis.',
      labelNames: ['of'],
    });
  }

  /** @throws Problem 503 when no broker acknowledges. */
  async ofUser(userId: string, { latitude, longitude, occurredAt }: UserPositionRequest): Promise<void> {
    const event = { eventId: newEventId(), userId, latitude, longitude, occurredAt: dateOf(occurredAt) };
    await this.acknowledged(this.producer.send(topics.userPosition, userPosition, event));
    this.recorded.inc({ of: 'user' });
  }

  /** @throws Problem 503 when no broker acknowledges. */
  async ofTaxi(taxiId: string, { latitude, longitude, available, occurredAt }: TaxiPositionRequest): Promise<void> {
    const event = { eventId: newEventId(), taxiId, latitude, longitude, available, occurredAt: dateOf(occurredAt) };
    await this.acknowledged(this.producer.send(topics.taxiPosition, taxiPosition, event));
    this.fleet.report(event);
    this.recorded.inc({ of: 'taxi' });
  }

  private async acknowledged(sending: Promise<void>): Promise<void> {
    try {
      await sending;
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      const detail = 'The position could not be stored. Send it again in a moment.';
      throw Problem.unavailable('broker-unavailable', detail, { cause: error });
    }
  }
}

const dateOf = (occurredAt: string | undefined): Date => (occurredAt === undefined ? new Date() : new Date(occurredAt));
