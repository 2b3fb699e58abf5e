/** Parked keys as an operator sees and changes them: events by contract, edits checked against it. */
import type { TopicContract } from '@headwater/contract-kit';
import type { EventCodec } from '../codec/index.ts';
import { MessagingError } from '../errors/index.ts';
import type { OperatorAct, ParkedKey, ParkedKeyName, ParkedKeys, ParkedKeysFilter } from '../parking/index.ts';
import { viewOf, type EventView } from './event-view.ts';
import { editedEvent } from './edited-event.ts';

/** A parked message as it is shown. */
export interface ParkedMessageView {
  readonly offset: bigint;
  readonly timestamp: Date;
  readonly skipped: boolean;
  readonly content: EventView;
}

export interface ParkedDeskOptions {
  readonly keys: ParkedKeys;
  readonly codec: EventCodec;
  readonly topics: readonly TopicContract[];
}

/** Lists, releases, skips and edits parked messages, decoded by contract. */
export class ParkedDesk {
  constructor(private readonly options: ParkedDeskOptions) {}

  list(filter?: ParkedKeysFilter): Promise<ParkedKey[]> {
    return this.options.keys.list(filter);
  }

  /** The messages of a key that wait, in order. */
  async messages(name: ParkedKeyName, limit?: number): Promise<ParkedMessageView[]> {
    const { keys, codec } = this.options;
    const topic = this.contractOf(name.topic);
    const views: ParkedMessageView[] = [];
    for (const { record, skipped } of await keys.messages(name, limit)) {
      const content = await viewOf(codec, topic, record.value);
      views.push({ offset: record.offset, timestamp: new Date(record.timestampMs), skipped, content });
    }
    return views;
  }

  /** @throws {MessagingError} `NOT_PARKED` */
  release(name: ParkedKeyName, act: OperatorAct): Promise<void> {
    return this.options.keys.release(name, act);
  }

  /** @throws {MessagingError} `NOT_PARKED` */
  skip(name: ParkedKeyName, offset: bigint, act: OperatorAct): Promise<void> {
    return this.options.keys.skip(name, offset, act);
  }

  /**
   * Replaces a message by the event that JSON stands for (see `toJsonValue`): of the kind that it is, unless `event` names another.
   * It must keep the message's key, as its place in the line is the key's.
   * @throws {MessagingError | ContractError} `NOT_PARKED`, `EDIT_REFUSED`, `EVENT_INVALID`, `SCHEMA_REFUSED`
   */
  async edit(
    name: ParkedKeyName,
    offset: bigint,
    json: unknown,
    act: OperatorAct,
    event?: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const { codec, keys } = this.options;
    const topic = this.contractOf(name.topic);
    if (!topic) throw new MessagingError('EDIT_REFUSED', `There is no contract of topic ${name.topic} here`);
    const named = event ?? (await this.eventNameAt(name, offset));
    const bytes = await editedEvent(codec, topic, named, json, name.key.toString('utf8'), signal);
    await keys.edit(name, offset, bytes, act);
  }

  private async eventNameAt(name: ParkedKeyName, offset: bigint): Promise<string> {
    const message = (await this.messages(name, 10_000)).find((each) => each.offset === offset);
    if (message && 'event' in message.content && message.content.event !== null) return message.content.event;
    throw new MessagingError(
      'EDIT_REFUSED',
      message
        ? `The message of offset ${offset} is no event: name the event that it is to be`
        : `No message of offset ${offset} waits`,
    );
  }

  private contractOf(topic: string): TopicContract | undefined {
    return this.options.topics.find(({ name }) => name === topic);
  }
}
