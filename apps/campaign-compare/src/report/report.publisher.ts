/**
 * Impressions and clicks go straight to Kafka (docs/adr/0007): the topics are their record, and a report is answered when the broker has
 * it. A report that is sent again is written again, and known for what it is where it is counted.
 */
import { Injectable } from '@nestjs/common';
import { adClicked, adShown, topics } from '@headwater/contracts';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { momentOf, Problem } from '@headwater/service-kit';
import type { ClickRequest, ImpressionRequest } from './report.requests.ts';

@Injectable()
export class ReportPublisher {
  constructor(private readonly producer: MessageProducer) {}

  /** @throws Problem 503 when no broker acknowledges. */
  async impression({ impressionId, campaigner, creative, ...report }: ImpressionRequest): Promise<void> {
    const occurredAt = momentOf(report.occurredAt);
    const event = { eventId: impressionId, impressionId, campaigner, creative, occurredAt };
    await acknowledged(this.producer.send(topics.adImpressions, adShown, event));
  }

  /** @throws Problem 503 when no broker acknowledges. */
  async click({ impressionId, ...report }: ClickRequest): Promise<void> {
    const occurredAt = momentOf(report.occurredAt);
    const event = { eventId: `${impressionId}@${occurredAt.getTime()}`, impressionId, occurredAt };
    await acknowledged(this.producer.send(topics.adClicks, adClicked, event));
  }
}

async function acknowledged(sent: Promise<void>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof MessagingError && error.retriable)) throw error;
    const detail =
      'The report could not be stored. Send it again in a moment: one that was taken after all is counted once.';
    throw Problem.unavailable('broker-unavailable', detail, { cause: error });
  }
}
