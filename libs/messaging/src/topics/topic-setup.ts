/**
 * Brings topics to what their contracts say: creates those that are missing, and tells how an existing one differs.
 *
 * What differs is never changed: more partitions would move keys, and a configuration may have been changed on purpose. Fewer
 * partitions or another cleanup policy than the contract's break what is built on them, so that they stop the start.
 */
import { Logger } from '@nestjs/common';
import { deadLetterTopicOf, type TopicContract } from '@headwater/contracts';
import { pauseMs, systemClock, type Backoff, type Clock } from '../clock/index.ts';
import type { KafkaClient, TopicDescription, TopicToCreate } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';

const backoff: Backoff = { firstMs: 200, maxMs: 5_000 };

/** Differences in these make the topic another one. */
const decisive = new Set(['cleanup.policy']);

/** The topic for what a group could not process: kept until somebody has looked at it. */
export function deadLetterSetup(topic: TopicContract, group: string): TopicToCreate {
  return {
    name: deadLetterTopicOf(topic, group),
    partitions: topic.partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
  };
}

interface Differences {
  readonly decisive: string[];
  readonly told: string[];
}

function differencesOf(wanted: TopicToCreate, found: TopicDescription): Differences {
  const differences: Differences = { decisive: [], told: [] };
  if (found.partitions !== wanted.partitions)
    (found.partitions < wanted.partitions ? differences.decisive : differences.told).push(
      `it has ${found.partitions} partitions, its contract says ${wanted.partitions}`,
    );
  for (const [name, value] of Object.entries(wanted.config)) {
    const actual = found.config[name];
    if (actual === value) continue;
    (decisive.has(name) ? differences.decisive : differences.told).push(
      `${name} is ${actual ?? 'not set'}, its contract says ${value}`,
    );
  }
  return differences;
}

export class TopicSetup {
  private readonly logger = new Logger('Topics');

  constructor(
    private readonly client: KafkaClient,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Waits for a broker for as long as it takes, or until the signal aborts (then it returns with nothing done).
   * @throws {MessagingError} `TOPIC_DIFFERS` naming every topic that cannot be used as it is.
   */
  async ensure(topics: readonly TopicToCreate[], signal?: AbortSignal): Promise<void> {
    const wanted = [...new Map(topics.map((topic) => [topic.name, topic])).values()];
    for (let attempt = 1; wanted.length > 0 && !signal?.aborted; attempt++) {
      try {
        await this.tryEnsure(wanted);
        return;
      } catch (error) {
        if (error instanceof MessagingError) throw error;
        this.logger.warn(
          `cannot set up topics yet: ${error instanceof Error ? error.message : String(error)}; trying again`,
        );
        await this.clock.sleep(pauseMs(backoff, attempt), signal);
      }
    }
  }

  private async tryEnsure(wanted: readonly TopicToCreate[]): Promise<void> {
    const admin = await this.client.openAdmin();
    try {
      const found = await admin.describe(new Map(wanted.map(({ name, config }) => [name, Object.keys(config)])));
      this.compare(wanted, found);
      const missing = wanted.filter(({ name }) => !found.has(name));
      if (missing.length === 0) return;
      await admin.create(missing.map(({ name, partitions, config }) => ({ name, partitions, config })));
      this.logger.log(
        `created ${missing.map(({ name, partitions }) => `${name} (${partitions} partitions)`).join(', ')}`,
      );
    } finally {
      await admin.close();
    }
  }

  private compare(wanted: readonly TopicToCreate[], found: ReadonlyMap<string, TopicDescription>): void {
    const unusable: string[] = [];
    for (const topic of wanted) {
      const description = found.get(topic.name);
      if (!description) continue;
      const differences = differencesOf(topic, description);
      for (const told of differences.told) this.logger.warn(`topic ${topic.name}: ${told}`);
      unusable.push(...differences.decisive.map((difference) => `topic ${topic.name}: ${difference}`));
    }
    if (unusable.length > 0)
      throw new MessagingError(
        'TOPIC_DIFFERS',
        `${unusable.join('; ')}. Change the topic or its contract in schemas/topics.yaml`,
      );
  }
}
