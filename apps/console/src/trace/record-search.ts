/** Looks for records that have something in common with an event, within bounds of number and time. */
import { Injectable } from '@nestjs/common';
import { topics as contracts, type TopicContract } from '@headwater/contracts';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { MessageDesk } from '../messages/message-desk.ts';
import type { ScanQuery } from '../messages/message-requests.ts';
import type { RecordView } from '../messages/record-view.ts';

const LONGEST_MS = 10_000;
const knownTopics: readonly TopicContract[] = Object.values(contracts);

const QUERY = { from: 'newest', limit: 1, isolation: 'uncommitted' } as const;

export interface FoundRecord {
  readonly topic: string;
  readonly record: RecordView;
}

@Injectable()
export class RecordSearch {
  constructor(
    private readonly desk: MessageDesk,
    private readonly admin: ClusterAdmin,
  ) {}

  /** The newest record with a message id, in the topics of the contracts or in `topic`. */
  async byMessageId(messageId: string, topic?: string): Promise<FoundRecord | null> {
    const names = await this.thereOf(topic === undefined ? knownTopics.map(({ name }) => name) : [topic]);
    const found = await Promise.all(
      names.map(async (name) => {
        const record = await this.first(name, { ...QUERY, header: `message-id=${messageId}` });
        return record === null ? null : { topic: name, record };
      }),
    );
    // What was written first is the event; later ones may carry its id on.
    return (
      found
        .filter((each) => each !== null)
        .toSorted((left, right) => left.record.timestamp.localeCompare(right.record.timestamp))[0] ?? null
    );
  }

  /** The first record that fits an expression, from a time on. */
  async since(topic: string, from: string, filter: string): Promise<RecordView | null> {
    const [there] = await this.thereOf([topic]);
    return there === undefined ? null : this.first(there, { ...QUERY, from, filter });
  }

  /** Those that there are: in the client, a question for one that is not would fail the questions for all others. */
  private async thereOf(names: readonly string[]): Promise<string[]> {
    const there = new Set(await this.admin.use((admin) => admin.listTopics()));
    return names.filter((name) => there.has(name));
  }

  /** A topic that does not answer in time has none. */
  private async first(topic: string, query: ScanQuery): Promise<RecordView | null> {
    try {
      const scan = await this.desk.scan(topic, query);
      for await (const event of scan.events(AbortSignal.timeout(LONGEST_MS)))
        if (event.kind === 'records') return event.records.at(0) ?? null;
      return null;
    } catch {
      return null;
    }
  }
}
