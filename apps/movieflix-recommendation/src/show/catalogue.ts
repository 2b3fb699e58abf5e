/** Writes the catalogue to its topic, which is its only copy: every instance reads it into its model. */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { showDescribed, topics, type ShowDescribed } from '@headwater/contracts';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { Problem } from '@headwater/service-kit';
import type { DescribeShowItem } from './show.requests.ts';

@Injectable()
export class Catalogue {
  constructor(private readonly producer: MessageProducer) {}

  /** Resolves when all are durable. @throws Problem 503 when no broker acknowledges; some of them may be written then. */
  async describe(shows: readonly DescribeShowItem[]): Promise<void> {
    const occurredAt = new Date();
    await acknowledged(shows.map((show) => this.producer.send(topics.shows, showDescribed, eventOf(show, occurredAt))));
  }

  /** @throws Problem 503 when no broker acknowledges. */
  async withdraw(showId: string): Promise<void> {
    await acknowledged([this.producer.sendTombstone(topics.shows, showId)]);
  }
}

/** The same description is the same event, whoever sends it and however often. */
function eventOf({ showId, title, year = null, genres = [] }: DescribeShowItem, occurredAt: Date): ShowDescribed {
  const content = JSON.stringify([showId, title, year, genres]);
  const eventId = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  return { eventId, showId, title, year, genres, occurredAt };
}

async function acknowledged(sent: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(sent)).find((each) => each.status === 'rejected');
  if (!failed) return;
  const cause: unknown = failed.reason;
  if (!(cause instanceof MessagingError && cause.retriable)) throw cause;
  throw Problem.unavailable(
    'broker-unavailable',
    'Not all shows could be stored. Send the same request again shortly.',
    {
      cause,
    },
  );
}
