/**
 * Questions for offsets, asked in rounds: what is asked within one turn of the event loop goes together, with one request to each
 * leader and point of time for all topics. Fifty tasks that begin at once, or a page with fifty topics, cost a handful of requests so.
 */
import { NoSuchPartition, type Isolation, type OffsetRange } from '../client/index.ts';
import type { ClusterView } from './cluster-view.ts';
import { LeaderAway, listOffsets, type ListedOffset, type OffsetPoint, type TopicPartition } from './fetch-api.ts';

/** Offsets of some partitions of one topic; with `sinceMs` from the first record of that time on. */
export interface OffsetQuestion {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly sinceMs: number | undefined;
  /** Brokers are asked first who leads. */
  readonly refresh: boolean;
}

interface Waiting {
  readonly question: OffsetQuestion;
  readonly answer: PromiseWithResolvers<Map<number, OffsetRange>>;
}

/** What one leader answered: an offset by point, topic and partition. */
type Listed = ReadonlyMap<string, ListedOffset>;

export class OffsetRounds {
  private waiting: Waiting[] = [];

  constructor(
    private readonly cluster: ClusterView,
    private readonly isolation: Isolation,
  ) {}

  /** @throws {LeaderAway} while nobody leads one of the partitions. @throws {NoSuchPartition} or when a broker does not answer. */
  ask(question: OffsetQuestion): Promise<Map<number, OffsetRange>> {
    const answer = Promise.withResolvers<Map<number, OffsetRange>>();
    this.waiting.push({ question, answer });
    if (this.waiting.length === 1) setImmediate(() => void this.goRound());
    return answer.promise;
  }

  private async goRound(): Promise<void> {
    const round = this.waiting;
    this.waiting = [];
    try {
      await this.answerAll(round);
    } catch (error) {
      for (const { answer } of round) answer.reject(error);
    }
  }

  /** Rejects when the brokers cannot be asked at all; what is wrong with one question rejects that question. */
  private async answerAll(round: readonly Waiting[]): Promise<void> {
    const unknown = new Set(round.filter(({ question }) => question.refresh).map(({ question }) => question.topic));
    if (unknown.size > 0) await this.cluster.refresh([...unknown]);
    const led = round.filter((each) => {
      const problem = this.problemOf(each.question);
      if (problem) each.answer.reject(problem);
      return !problem;
    });
    const wanted = led.flatMap(({ question }) => this.wantedOf(question));
    const byLeader = [...Map.groupBy(wanted, ({ leader }) => leader)];
    const listed = new Map(
      await Promise.all(byLeader.map(async ([id, of]) => [id, await this.askLeader(id, of)] as const)),
    );
    for (const { question, answer } of led) {
      try {
        answer.resolve(this.rangesOf(question, listed));
      } catch (error) {
        answer.reject(error);
      }
    }
  }

  private problemOf({ topic, partitions }: OffsetQuestion): Error | undefined {
    const count = this.cluster.partitionsOf(topic) ?? 0;
    const absent = partitions.filter((partition) => partition >= count);
    if (absent.length > 0) return new NoSuchPartition(`topic ${topic} has no partition ${absent.join(', ')}`);
    const leaderless = partitions.filter((partition) => this.cluster.leaderOf(topic, partition) === undefined);
    if (leaderless.length === 0) return undefined;
    return new LeaderAway(`nobody leads partition ${leaderless.join(', ')} of topic ${topic} now`);
  }

  private wantedOf({ topic, partitions, sinceMs }: OffsetQuestion): Wanted[] {
    const points: OffsetPoint[] = [sinceMs ?? 'earliest', 'latest'];
    return partitions.flatMap((partition) => {
      const leader = this.cluster.leaderOf(topic, partition)!;
      return points.map((at) => ({ leader, at, topic, partition }));
    });
  }

  /** A request may name a partition once: each point of time is a request of its own, all of them at once. */
  private async askLeader(leader: number, wanted: readonly Wanted[]): Promise<Listed | Error> {
    try {
      const connection = await this.cluster.connectionTo(leader);
      const listed = new Map<string, ListedOffset>();
      const ask = async (at: OffsetPoint, partitions: readonly Wanted[]): Promise<void> => {
        const once = new Map(partitions.map((each) => [keyOf(at, each.topic, each.partition), each]));
        for (const each of await listOffsets(connection, [...once.values()], at, this.isolation))
          listed.set(keyOf(at, each.topic, each.partition), each);
      };
      await Promise.all([...Map.groupBy(wanted, ({ at }) => at)].map(([at, partitions]) => ask(at, partitions)));
      return listed;
    } catch (error) {
      return Error.isError(error) ? error : new Error(String(error));
    }
  }

  private rangesOf(question: OffsetQuestion, listed: ReadonlyMap<number, Listed | Error>): Map<number, OffsetRange> {
    const { topic, partitions, sinceMs } = question;
    return new Map(
      partitions.map((partition) => {
        const answers = listed.get(this.cluster.leaderOf(topic, partition) ?? -1);
        const offsetAt = (at: OffsetPoint): number => offsetOf(answers, at, topic, partition);
        const end = offsetAt('latest');
        const first = offsetAt(sinceMs ?? 'earliest');
        // A first record that was written between the two answers lies behind the end that was told.
        return [partition, { earliest: first < 0 ? end : Math.min(first, end), latest: end }];
      }),
    );
  }
}

interface Wanted extends TopicPartition {
  readonly leader: number;
  readonly at: OffsetPoint;
}

const keyOf = (at: OffsetPoint, topic: string, partition: number): string => `${at} ${topic} ${partition}`;

function offsetOf(answers: Listed | Error | undefined, at: OffsetPoint, topic: string, partition: number): number {
  if (Error.isError(answers)) throw answers;
  const answer = answers?.get(keyOf(at, topic, partition));
  // Brokers may name another leader by now than the one that was asked.
  if (answer === undefined) throw new LeaderAway(`the leader of ${topic}-${partition} did not say its offset at ${at}`);
  if (answer.error) throw answer.error;
  return answer.offset;
}
