/**
 * Follows one event: who wrote it and when its transaction was, where it lies, which groups have read it and what became of it there,
 * what those services wrote in turn, and what they answer about it now.
 *
 * What services wrote in turn is recognized by the trace (W3C), by the event's message id, or by a key that is one of the event's own
 * ids, written at its time or later: the first such record of each topic. The last is a good guess and is told as one.
 */
import { Injectable } from '@nestjs/common';
import { deadLetterTopicOf, topics as contracts, type TopicContract } from '@headwater/contracts';
import { Problem } from '@headwater/service-kit';
import { LiveHub } from '../live/live-hub.ts';
import type { GroupOffset, GroupState } from '../live/live-state.ts';
import { MessageDesk } from '../messages/message-desk.ts';
import type { RecordView } from '../messages/record-view.ts';
import { ServiceDoor } from '../operations/service-door.ts';
import type { ParkedKeyView } from '../operations/operations-state.ts';
import type { CausedRecord, EventPath, ReadBy, ReadModelAnswer } from './event-path.ts';
import type { OutboxMessageView } from './outbox-message-view.ts';
import { readModelsOf } from './read-models.ts';
import { RecordSearch, type FoundRecord } from './record-search.ts';

const knownTopics: readonly TopicContract[] = Object.values(contracts);

interface ParkedMessage {
  readonly offset: string;
}

@Injectable()
export class EventTracer {
  constructor(
    private readonly desk: MessageDesk,
    private readonly search: RecordSearch,
    private readonly hub: LiveHub,
    private readonly door: ServiceDoor,
  ) {}

  async byMessageId(messageId: string): Promise<EventPath> {
    const found = await this.search.byMessageId(messageId);
    if (found !== null) return this.follow(found);
    throw Problem.notFound('event-unknown', `No record with the message id ${messageId} is among the newest`);
  }

  async byPlace(topic: string, partition: number, offset: number): Promise<EventPath> {
    return this.follow({ topic, record: await this.desk.record({ topic, partition, offset }) });
  }

  private async follow({ topic, record }: FoundRecord): Promise<EventPath> {
    const headers = Object.fromEntries(record.headers);
    const messageId = headers['message-id'] ?? null;
    const traceId = /^[\da-f]{2}-([\da-f]{32})-/.exec(headers['traceparent'] ?? '')?.[1] ?? null;
    const contract = knownTopics.find(({ name }) => name === topic);
    const [outbox, readBy, caused, readModels] = await Promise.all([
      this.outboxOf(contract?.owner, messageId),
      this.readers(topic, record, messageId),
      this.causedBy(topic, record, messageId, traceId),
      this.readModels(topic, record),
    ]);
    return {
      topic,
      record,
      messageId,
      traceId,
      writtenBy: { service: contract?.owner ?? null, outbox },
      readBy,
      caused,
      readModels,
    };
  }

  private async outboxOf(service: string | undefined, messageId: string | null): Promise<OutboxMessageView | null> {
    if (service === undefined || messageId === null) return null;
    const path = `/event-sourcing/outbox/messages/${encodeURIComponent(messageId)}`;
    return (await this.asked(service, path)) as OutboxMessageView | null;
  }

  private readers(topic: string, record: RecordView, messageId: string | null): Promise<ReadBy[]> {
    const { groups } = this.hub.snapshot().state;
    const reading = groups.flatMap((group) => {
      const at = group.offsets.find((each) => each.topic === topic && each.partition === record.partition);
      return at === undefined ? [] : [{ group, at }];
    });
    return Promise.all(reading.map(({ group, at }) => this.reader(topic, record, messageId, group, at)));
  }

  private async reader(
    topic: string,
    record: RecordView,
    messageId: string | null,
    { groupId }: GroupState,
    { committed }: GroupOffset,
  ): Promise<ReadBy> {
    const service = serviceOf(groupId, this.door.services);
    const reader = { group: groupId, service, committed, at: null, reason: null };
    if (committed === null || committed <= record.offset) return { ...reader, outcome: 'waiting' };
    const parked = await this.parkedIn(service, groupId, topic, record);
    if (parked !== null) return { ...reader, outcome: 'parked', reason: parked.reason };
    const letters = deadLetterTopicOf({ name: topic }, groupId);
    const letter = messageId === null ? null : await this.search.byMessageId(messageId, letters);
    if (letter !== null) {
      const reason = Object.fromEntries(letter.record.headers)['dead-letter-reason'] ?? null;
      return { ...reader, outcome: 'dead-letter', reason };
    }
    return { ...reader, outcome: 'processed', at: await this.processedAt(service, groupId, messageId) };
  }

  private async processedAt(service: string, groupId: string, messageId: string | null): Promise<string | null> {
    if (messageId === null) return null;
    const path = `/messaging/inbox/${encodeURIComponent(messageId)}`;
    const entries = (await this.asked(service, path)) as readonly { group: string; at: string }[] | null;
    return entries?.find(({ group }) => group === groupId)?.at ?? null;
  }

  private async parkedIn(
    service: string,
    group: string,
    topic: string,
    { partition, key, offset }: RecordView,
  ): Promise<ParkedKeyView | null> {
    const name = { group, topic };
    const keys = await this.asked(service, `/messaging/parked-keys?${new URLSearchParams(name).toString()}`);
    const found = ((keys ?? []) as readonly ParkedKeyView[]).find(
      (each) => each.partition === partition && each.key === key.value,
    );
    if (found === undefined) return null;
    const query = new URLSearchParams({ ...name, partition: String(partition), key: found.key, limit: '1000' });
    const messages = await this.asked(service, `/messaging/parked-keys/messages?${query.toString()}`);
    const isThere = ((messages ?? []) as readonly ParkedMessage[]).some((each) => each.offset === String(offset));
    return isThere ? found : null;
  }

  /** The first record that came of it in each topic of the services that read its topic. */
  private async causedBy(
    topic: string,
    record: RecordView,
    messageId: string | null,
    traceId: string | null,
  ): Promise<CausedRecord[]> {
    const readers = new Set(knownTopics.find(({ name }) => name === topic)?.subscribers ?? []);
    const written = knownTopics.filter(({ name, owner }) => name !== topic && readers.has(owner));
    const quoted = JSON.stringify;
    const ways = [
      ...(traceId === null ? [] : [{ by: 'trace', filter: `header.traceparent contains ${quoted(traceId)}` } as const]),
      ...(messageId === null ? [] : [{ by: 'message-id', filter: idsFilter(messageId) } as const]),
      { by: 'key', filter: `key in ${quoted(idsOf(record))}` } as const,
    ];
    const found = await Promise.all(
      written.map(async (next): Promise<CausedRecord | null> => {
        for (const { by, filter } of ways) {
          const caused = await this.search.since(next.name, record.timestamp, filter);
          if (caused !== null) return { topic: next.name, record: caused, by };
        }
        return null;
      }),
    );
    return found.filter((each) => each !== null);
  }

  private readModels(topic: string, { value }: RecordView): Promise<ReadModelAnswer[]> {
    const known = new Set(this.door.services);
    return Promise.all(
      readModelsOf(topic, value.value)
        .filter(({ service }) => known.has(service))
        .map(async ({ service, path }) => {
          try {
            return { service, path, answer: await this.door.get(service, path), problem: null };
          } catch (error) {
            return { service, path, answer: null, problem: error instanceof Error ? error.message : String(error) };
          }
        }),
    );
  }

  /** A service that is away tells nothing. */
  private async asked(service: string, path: string): Promise<unknown> {
    try {
      return await this.door.get(service, path);
    } catch {
      return null;
    }
  }
}

/** Groups are named after their service: `social-feed.posts`. */
function serviceOf(groupId: string, services: readonly string[]): string {
  const named = services.filter((name) => groupId === name || groupId.startsWith(`${name}.`));
  return named[0] ?? groupId;
}

/** Fields in which a record may name the message that it came of. */
function idsFilter(messageId: string): string {
  const fields = ['causeId', 'transactionId', 'alertId', 'eventId'];
  return ['header["causation-id"]', ...fields.map((field) => `value.${field}`)]
    .map((path) => `${path} == ${JSON.stringify(messageId)}`)
    .join(' || ');
}

/** The key, and what the value calls an id. */
function idsOf({ key, value }: RecordView): string[] {
  const fields = typeof value.value === 'object' && value.value !== null ? Object.entries(value.value) : [];
  const ids = fields.filter(([name, text]) => name.endsWith('Id') && name !== 'eventId' && typeof text === 'string');
  return [...new Set([...(typeof key.value === 'string' ? [key.value] : []), ...ids.map(([, id]) => String(id))])];
}
