/**
 * Handles the records of one transaction: keys side by side, a key's messages one after another; a failed one meets its policy.
 *
 * The results of a message are what its last attempt sent; those of attempts that failed are dropped. Results are returned in order
 * of the records.
 */
import type { Attempts, DeadLetters, HandleMessages, MessageReader } from '../consumer/index.ts';
import type { RawRecord } from '../client/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { isUnreadable } from '../codec/index.ts';
import type { TopicMessage } from '../message/index.ts';
import type { EncodedRecord } from '../producer/index.ts';
import { BufferedOutput } from './buffered-output.ts';
import type { TakenRecords } from './fetched-queue.ts';

/** What becomes of a message whose handler failed: nothing may leave the order of its key. */
export type TransactionPolicy = 'dead-letter' | 'skip' | 'stop';

export interface TransactionHandlingParts {
  readonly reader: MessageReader;
  readonly codec: EventCodec;
  readonly deadLetters: DeadLetters;
  readonly policy: TransactionPolicy;
  /** The records are copies that carry their origin. */
  readonly secondHand: boolean;
  readonly batched: boolean;
  readonly maxRecordBytes: number;
  /** Makes the attempts of a handler; the handler is given by this room, which knows where its output goes. */
  readonly attemptsWith: (handle: HandleMessages) => Attempts;
  readonly handle: HandleMessages;
  readonly onPutAside: (outcome: 'dead-letter' | 'skip', error: unknown) => void;
}

/** A message failed whose policy is `stop`. */
export class StoppedByPolicy extends Error {
  override readonly name = 'StoppedByPolicy';
}

interface Taken {
  readonly partition: number;
  readonly record: RawRecord;
  readonly message: TopicMessage;
  readonly results: EncodedRecord[];
}

export class TransactionHandling {
  /** Where the messages of a call put what they send; by the first of them. */
  private readonly outputs = new WeakMap<TopicMessage, BufferedOutput>();
  private readonly attempts: Attempts;

  constructor(private readonly parts: TransactionHandlingParts) {
    this.attempts = parts.attemptsWith((messages, attempt) => {
      const output = new BufferedOutput(parts.codec, parts.maxRecordBytes);
      this.outputs.set(messages[0]!, output);
      return parts.handle(messages, { ...attempt, output });
    });
  }

  /** @returns the results, or `stale` when the signal aborted. @throws {StoppedByPolicy} */
  async run({ records }: TakenRecords, stale: AbortSignal): Promise<EncodedRecord[] | 'stale'> {
    const results: EncodedRecord[][] = [];
    const lines = new Map<string, Taken[]>();
    for (const [index, { partition, record }] of records.entries()) {
      results.push([]);
      const message = await this.read(partition, record, results[index]!, stale);
      if (message === 'stale') return 'stale';
      if (message === undefined) continue;
      const taken = { partition, record, message, results: results[index]! };
      const line = this.lineOf(taken, index);
      const members = lines.get(line);
      if (members) members.push(taken);
      else lines.set(line, [taken]);
    }
    const ended = await Promise.allSettled([...lines.values()].map((line) => this.handleLine(line, stale)));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    return stale.aborted ? 'stale' : results.flat();
  }

  /** A batch handler gets a partition's messages together; another handler's keys do not wait for each other. */
  private lineOf({ partition, message }: Taken, index: number): string {
    if (this.parts.batched) return String(partition);
    return message.key === null ? `#${index}` : `${partition}/${message.key}`;
  }

  private async read(
    partition: number,
    record: RawRecord,
    results: EncodedRecord[],
    stale: AbortSignal,
  ): Promise<TopicMessage | 'stale' | undefined> {
    for (let attempt = 1; !stale.aborted; attempt++) {
      try {
        return await this.parts.reader.read(partition, record);
      } catch (error) {
        if (isUnreadable(error)) {
          results.push(this.deadLetter({ partition, record }, 1, error));
          this.parts.onPutAside('dead-letter', error);
          return undefined;
        }
        await this.attempts.pause([{ partition, offset: record.offset }], attempt, error, stale);
      }
    }
    return 'stale';
  }

  private async handleLine(line: readonly Taken[], stale: AbortSignal): Promise<void> {
    let done = 0;
    let together = this.parts.batched;
    while (done < line.length && !stale.aborted) {
      const piece = together ? line.slice(done) : [line[done]!];
      const outcome = await this.attempts.run(
        piece.map(({ message }) => message),
        stale,
      );
      if (outcome === 'stale') return;
      if (outcome === 'done') {
        piece[0]!.results.push(...this.outputs.get(piece[0]!.message)!.records);
        done += piece.length;
        continue;
      }
      await outcome.running;
      if (piece.length > 1) together = false;
      else {
        this.settle(piece[0]!, outcome.attempts, outcome.error);
        done += 1;
      }
    }
  }

  private settle({ partition, record, results }: Taken, attempts: number, error: unknown): void {
    const { policy, onPutAside } = this.parts;
    if (policy === 'stop') {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoppedByPolicy(`partition ${partition} offset ${record.offset} failed: ${reason}`, { cause: error });
    }
    if (policy === 'dead-letter') results.push(this.deadLetter({ partition, record }, attempts, error));
    onPutAside(policy, error);
  }

  private deadLetter(from: Pick<Taken, 'partition' | 'record'>, attempts: number, error: unknown): EncodedRecord {
    const { deadLetters, secondHand } = this.parts;
    return deadLetters.encode({ ...from, attempts, error, secondHand });
  }
}
