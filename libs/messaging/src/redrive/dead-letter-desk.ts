/** The operator's side of dead-letter topics. */
import { deadLetterTopicOf, type TopicContract } from '@headwater/contract-kit';
import type { KafkaClient } from '../client/index.ts';
import { systemClock, type Clock } from '../clock/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { redriveSetup, redriveTopicOf } from '../consumer/index.ts';
import { MessagingError } from '../errors/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import type { OperatorAct } from '../parking/index.ts';
import { TopicSetup } from '../topics/index.ts';
import { auditTopicSetup, noteKeyOf, readNotes, writeNote, type DeadLetterNote } from './dead-letter-audit.ts';
import { deadLetterMatches, type DeadLetterFilter } from './dead-letter-filter.ts';
import {
  deadLetterOf,
  originalHeaders,
  redriveHeaders,
  type DeadLetterRecord,
  type DeadLetterState,
} from './dead-letter-record.ts';
import { editedEvent } from './edited-event.ts';
import { viewOf } from './event-view.ts';
import { scanTopic } from './topic-scan.ts';

/** What a desk of dead letters works with. */
export interface DeadLetterDeskOptions {
  readonly client: KafkaClient;
  readonly producer: MessageProducer;
  /** The topics whose dead letters are known here. */
  readonly topics: readonly TopicContract[];
  /** Checks edited events; without it letters cannot be edited. */
  readonly codec?: EventCodec;
  readonly clock?: Clock;
}

/** A letter with what was noted about it. */
export interface NotedDeadLetter extends DeadLetterRecord {
  readonly state: DeadLetterState;
  readonly note: DeadLetterNote | undefined;
}

export interface DeadLetterTopic {
  readonly name: string;
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
}

/** Which letters are redriven, and how. */
export interface RedriveOptions {
  readonly filter: DeadLetterFilter;
  readonly act: OperatorAct;
  /** Only says what it would do. */
  readonly dryRun?: boolean;
  /** Letters in a second, at most; no limit when undefined. */
  readonly perSecond?: number | undefined;
  /** A letter that was redriven so often is left where it is. */
  readonly maxRedrives?: number;
  /** Letters, at most. */
  readonly limit?: number | undefined;
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

/** One letter, and the event that takes its place. */
export interface LetterEdit {
  readonly partition: number;
  readonly offset: bigint;
  /** JSON. */
  readonly value: unknown;
  /** Full name; the letter's own when undefined. */
  readonly event?: string | undefined;
  readonly act: OperatorAct;
}

/** What a redrive did. */
export interface RedriveReport {
  /** Letters that were meant and open. */
  readonly found: number;
  /** Redriven or discarded; with a dry run, those that would be. */
  readonly done: readonly DeadLetterRecord[];
  /** Left where they are, as they were redriven `maxRedrives` times. */
  readonly overCap: readonly DeadLetterRecord[];
}

/** How often a letter is redriven at most, unless said otherwise. */
export const standardMaxRedrives = 3;

/** Lists, shows, redrives and discards the dead letters of a group. */
export class DeadLetterDesk {
  private readonly topicSetup: TopicSetup;
  private readonly clock: Clock;

  constructor(private readonly options: DeadLetterDeskOptions) {
    this.clock = options.clock ?? systemClock;
    this.topicSetup = new TopicSetup(options.client, this.clock);
  }

  /** Every dead-letter topic that there is. */
  async topics(): Promise<DeadLetterTopic[]> {
    const admin = await this.options.client.openAdmin();
    try {
      const names = (await admin.list()).filter((name) => parse(name)).sort();
      const found = await admin.describe(new Map(names.map((name) => [name, []])));
      return names.map((name) => ({ name, partitions: found.get(name)?.partitions ?? 0, ...parse(name)! }));
    } finally {
      await admin.close();
    }
  }

  /** The letters of a topic and group, in order of their place. @throws {MessagingError} `DEAD_LETTERS_UNKNOWN` */
  async list(
    topic: string,
    group: string,
    filter: DeadLetterFilter = {},
    { states, limit = Number.POSITIVE_INFINITY }: { states?: readonly DeadLetterState[]; limit?: number } = {},
  ): Promise<NotedDeadLetter[]> {
    const { name, partitions } = await this.topicOf(topic, group);
    await this.topicSetup.ensure([auditTopicSetup]);
    const notes = await readNotes(this.options.client, name);
    const letters: NotedDeadLetter[] = [];
    if (limit <= 0) return letters;
    await scanTopic(this.options.client, name, partitions, (scanned) => {
      const letter = deadLetterOf(name, scanned);
      if (!letter || !deadLetterMatches(filter, letter)) return true;
      const note = notes.get(noteKeyOf(name, letter.partition, letter.offset));
      const state = note?.action ?? 'open';
      if (states && !states.includes(state)) return true;
      letters.push({ ...letter, state, note });
      return letters.length < limit;
    });
    return letters;
  }

  /** Gives open letters to their group again, in order, each noted when its group's redrive topic has it. */
  async redrive(topic: string, group: string, options: RedriveOptions): Promise<RedriveReport> {
    const maxRedrives = options.maxRedrives ?? standardMaxRedrives;
    const source = this.options.topics.find(({ name }) => name === topic);
    if (!source) throw this.unknown(topic, group);
    const letters = await this.list(topic, group, options.filter, this.wanted(options));
    const overCap = letters.filter(({ redrives }) => redrives >= maxRedrives);
    const wanted = letters.filter(({ redrives }) => redrives < maxRedrives);
    if (options.dryRun || wanted.length === 0) return { found: letters.length, done: wanted, overCap };
    await this.topicSetup.ensure([redriveSetup(source, group)]);
    const done = await this.carryOut(wanted, options, async (letter) => {
      await this.send(letter, letter.record.value);
      await this.note(letter, 'redriven', options.act);
    });
    return { found: letters.length, done, overCap };
  }

  /**
   * Gives one open letter to its group again as the event that JSON stands for (see `toJsonValue`): of the kind that it is, unless
   * `event` names another. It must keep the letter's key. The letter stays as it was, and is listed as redriven.
   * @throws {MessagingError | ContractError} `DEAD_LETTERS_UNKNOWN`, `EDIT_REFUSED`, `EVENT_INVALID`, `SCHEMA_REFUSED`
   */
  async redriveEdited(topic: string, group: string, edit: LetterEdit): Promise<void> {
    const { codec, topics } = this.options;
    const source = topics.find(({ name }) => name === topic);
    if (!source || !codec) throw this.unknown(topic, group);
    const { partition, offset, act } = edit;
    const [letter] = await this.list(topic, group, { partition, offset }, { states: ['open'], limit: 1 });
    if (!letter)
      throw new MessagingError('EDIT_REFUSED', `No open letter lies at offset ${offset} of partition ${partition}`);
    const content = await viewOf(codec, source, letter.record.value);
    const event = edit.event ?? ('event' in content ? (content.event ?? undefined) : undefined);
    const value = await editedEvent(codec, source, event, edit.value, letter.record.key?.toString('utf8'));
    await this.topicSetup.ensure([redriveSetup(source, group)]);
    await this.send(letter, value);
    await this.note(letter, 'redriven', act);
  }

  private async send(letter: DeadLetterRecord, value: Buffer | null): Promise<void> {
    await this.options.producer.sendEncoded({
      topic: redriveTopicOf(letter.group),
      key: letter.record.key,
      value,
      headers: { ...originalHeaders(letter), ...redriveHeaders(letter) },
    });
  }

  /** Notes that open letters are of no more use. They stay in their topic, and are listed as discarded. */
  async discard(topic: string, group: string, options: Omit<RedriveOptions, 'maxRedrives'>): Promise<RedriveReport> {
    const letters = await this.list(topic, group, options.filter, this.wanted(options));
    if (options.dryRun) return { found: letters.length, done: letters, overCap: [] };
    const done = await this.carryOut(letters, options, (letter) => this.note(letter, 'discarded', options.act));
    return { found: letters.length, done, overCap: [] };
  }

  private wanted({ limit }: Pick<RedriveOptions, 'limit'>): { states: readonly DeadLetterState[]; limit?: number } {
    return { states: ['open'], ...(limit === undefined ? {} : { limit }) };
  }

  private async carryOut(
    letters: readonly NotedDeadLetter[],
    { perSecond, onProgress, signal }: RedriveOptions,
    work: (letter: NotedDeadLetter) => Promise<void>,
  ): Promise<DeadLetterRecord[]> {
    const startedMs = this.clock.nowMs();
    const done: DeadLetterRecord[] = [];
    for (const letter of letters) {
      if (signal?.aborted) break;
      const dueMs = perSecond === undefined ? 0 : startedMs + (done.length * 1000) / perSecond;
      if (dueMs > this.clock.nowMs()) await this.clock.sleep(dueMs - this.clock.nowMs(), signal);
      await work(letter);
      done.push(letter);
      onProgress?.(done.length, letters.length);
    }
    return done;
  }

  private async note(letter: DeadLetterRecord, action: DeadLetterNote['action'], act: OperatorAct): Promise<void> {
    const { deadLetterTopic, partition, offset, group, messageId } = letter;
    const at = new Date(this.clock.nowMs()).toISOString();
    await writeNote(this.options.producer, {
      ...{ action, deadLetterTopic, partition, offset: offset.toString(), group, messageId, at },
      ...act,
    });
  }

  private async topicOf(topic: string, group: string): Promise<DeadLetterTopic> {
    const found = (await this.topics()).find((each) => each.topic === topic && each.group === group);
    if (!found) throw this.unknown(topic, group);
    return found;
  }

  private unknown(topic: string, group: string): MessagingError {
    return new MessagingError(
      'DEAD_LETTERS_UNKNOWN',
      `There are no dead letters of group ${group} in topic ${topic}: topic ${deadLetterTopicOf({ name: topic }, group)} does not exist, or ${topic} has no contract`,
    );
  }
}

/** The topic and the group that a dead-letter topic's name is made of; undefined when it is another topic's name. */
function parse(name: string): { topic: string; group: string } | undefined {
  const [topic, ...rest] = name.split('.dead-letter.');
  const group = rest.join('.dead-letter.');
  return topic && group && deadLetterTopicOf({ name: topic }, group) === name ? { topic, group } : undefined;
}
