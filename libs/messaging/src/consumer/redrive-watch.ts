/**
 * Looks whether the redrive topics of subscriptions exist, which the first redrive to a group makes: a group to which nothing was
 * ever redriven has no member that waits for it.
 */
import { Logger } from '@nestjs/common';
import type { KafkaClient, TopicAdmin } from '../client/index.ts';
import type { Clock } from '../clock/index.ts';

const lookIntervalMs = 3_000;

export class RedriveWatch {
  private readonly logger = new Logger('Consumer');
  private admin: TopicAdmin | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly clock: Clock,
  ) {}

  /** Calls for each topic once, when it is there, until all are or the signal aborts. */
  async run(starts: ReadonlyMap<string, () => void>, closing: AbortSignal): Promise<void> {
    const waiting = new Map(starts);
    try {
      while (waiting.size > 0 && !closing.aborted) {
        for (const topic of await this.existing([...waiting.keys()])) {
          waiting.get(topic)?.();
          waiting.delete(topic);
        }
        await this.clock.sleep(lookIntervalMs, closing);
      }
    } finally {
      await this.admin?.close().catch(() => undefined);
    }
  }

  private async existing(topics: readonly string[]): Promise<string[]> {
    try {
      this.admin ??= await this.client.openAdmin();
      return [...(await this.admin.describe(new Map(topics.map((topic) => [topic, []])))).keys()];
    } catch (error) {
      this.logger.debug(`redrive topics: ${error instanceof Error ? error.message : String(error)}`);
      await this.admin?.close().catch(() => undefined);
      this.admin = undefined;
      return [];
    }
  }
}
