/**
 * Brings topics to what their contracts say: creates those that are missing, and tells how an existing one differs.
 *
 * What differs is never changed: more partitions would move keys, and a configuration may have been changed on purpose. It is said,
 * with what the contract says, what was found, and what to do. Fewer partitions or another cleanup policy than the contract's break
 * what is built on them, so that they stop the start.
 */
import { Logger } from '@nestjs/common';
import { deadLetterTopicOf, type TopicContract } from '@headwater/contract-kit';
import { pauseMs, systemClock, type Backoff, type Clock } from '../clock/index.ts';
import type { KafkaClient, TopicDescription, TopicToCreate } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';
import { describeDifference, differencesOf, type TopicDifference } from './topic-differences.ts';

const backoff: Backoff = { firstMs: 200, maxMs: 5_000 };

/** The topic for what a group could not process: kept until somebody has looked at it. */
export function deadLetterSetup(topic: TopicContract, group: string): TopicToCreate {
  return {
    name: deadLetterTopicOf(topic, group),
    partitions: topic.partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
  };
}

/** Creates topics from their contracts, and holds those that exist against them. */
export class TopicSetup {
  private readonly logger = new Logger('Topics');

  constructor(
    private readonly client: KafkaClient,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Waits for a broker for as long as it takes, or until the signal aborts (then it returns with nothing done).
   * @returns how topics differ that can be used nevertheless; each was logged.
   * @throws {MessagingError} `TOPIC_DIFFERS` naming every topic that cannot be used as it is.
   */
  async ensure(topics: readonly TopicToCreate[], signal?: AbortSignal): Promise<readonly TopicDifference[]> {
    const wanted = [...new Map(topics.map((topic) => [topic.name, topic])).values()];
    for (let attempt = 1; wanted.length > 0 && !signal?.aborted; attempt++) {
      try {
        return await this.tryEnsure(wanted);
      } catch (error) {
        if (error instanceof MessagingError) throw error;
        this.logger.warn(
          `cannot set up topics yet: ${error instanceof Error ? error.message : String(error)}; trying again`,
        );
        await this.clock.sleep(pauseMs(backoff, attempt), signal);
      }
    }
    return [];
  }

  private async tryEnsure(wanted: readonly TopicToCreate[]): Promise<readonly TopicDifference[]> {
    const admin = await this.client.openAdmin();
    try {
      const found = await admin.describe(new Map(wanted.map(({ name, config }) => [name, Object.keys(config)])));
      const differences = this.compare(wanted, found);
      const missing = wanted.filter(({ name }) => !found.has(name));
      if (missing.length === 0) return differences;
      await admin.create(missing.map(({ name, partitions, config }) => ({ name, partitions, config })));
      this.logger.log(
        `created ${missing.map(({ name, partitions }) => `${name} (${partitions} partitions)`).join(', ')}`,
      );
      return differences;
    } finally {
      await admin.close();
    }
  }

  private compare(
    wanted: readonly TopicToCreate[],
    found: ReadonlyMap<string, TopicDescription>,
  ): readonly TopicDifference[] {
    const differences = wanted.flatMap((topic) => {
      const description = found.get(topic.name);
      return description ? differencesOf(topic, description) : [];
    });
    const unusable = differences.filter(({ decisive }) => decisive);
    if (unusable.length > 0)
      throw new MessagingError(
        'TOPIC_DIFFERS',
        differences.map((difference) => describeDifference(difference)).join('\n'),
      );
    for (const difference of differences) this.logger.warn(describeDifference(difference));
    return differences;
  }
}
