import { showPosition, topics, type ShowPosition } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import type { Kafka, Report } from './service.ts';

const users = 100_000;
const showsPerUser = 5;
const durationSeconds = 6_000;

/** The `number`th report of a load: users and their shows in turn, each report later than those before. */
export function reportOf(number: number, startMs: number): Report {
  return {
    userId: `user-${number % users}`,
    showId: `show-${(number * 31) % 50_000}-${Math.floor(number / users) % showsPerUser}`,
    positionSeconds: (number * 7) % (durationSeconds * 0.9),
    durationSeconds,
    deviceId: `device-${number % 3}`,
    occurredAt: new Date(startMs + number).toISOString(),
  };
}

/** The same as the service would publish it. */
export function eventOf(number: number, startMs: number): ShowPosition {
  const { occurredAt, ...report } = reportOf(number, startMs);
  const { userId, showId, deviceId } = report;
  const eventId = `${userId}|${showId}|${startMs + number}|${deviceId}`;
  return { ...report, eventId, finished: false, occurredAt: new Date(occurredAt) };
}

/** A producer of positions, as the service has one. */
export async function positionProducer({
  bootstrapServers,
  registryUrl,
}: Kafka): Promise<{ producer: MessageProducer; codec: EventCodec }> {
  const client = createKafkajsClient({
    clientId: 'bench-resume',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  await new TopicSetup(client).ensure([topics.showPosition]);
  await codec.register([topics.showPosition]);
  return { producer: new MessageProducer(client, codec), codec };
}

export async function sendOne(producer: MessageProducer, event: ShowPosition): Promise<void> {
  await producer.send(topics.showPosition, showPosition, event);
}
