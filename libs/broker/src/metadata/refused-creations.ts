/**
 * Takes back the records of topics whose logs could not be made (a full disk): their creation was refused, so they must not appear
 * with the next start. While the log of the metadata cannot be written either, that is tried again from time to time; only a broker
 * that ends before there is room finds such a topic in its log.
 */
import type { StateMachineRuntime } from '../state-machine/index.ts';
import type { Clock, Timer } from '../storage/index.ts';
import type { MetadataImage } from './metadata-image.ts';
import type { MetadataRecord } from './metadata-record.ts';
import type { PublishedTopics } from './published-topics.ts';
import type { TopicImage } from './topic-image.ts';

const retryMs = 5_000;

export interface RefusedCreationsOptions {
  readonly runtime: StateMachineRuntime<MetadataRecord>;
  readonly image: MetadataImage;
  readonly topics: PublishedTopics;
  readonly clock: Clock;
  readonly onProblem?: ((message: string, cause: unknown) => void) | undefined;
}

export class RefusedCreations {
  readonly #options: RefusedCreationsOptions;
  #waiting: readonly TopicImage[] = [];
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: RefusedCreationsOptions) {
    this.#options = options;
  }

  /** Takes the topics back at once if that can be recorded, else later. Never fails. */
  async takeBack(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const refused = names.map((name) => this.#options.image.topic(name)).filter((topic) => topic !== undefined);
    this.#waiting = [...this.#waiting, ...refused];
    await this.#retry();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #retry(): Promise<void> {
    const { runtime, topics, onProblem, clock } = this.#options;
    const refused = this.#waiting;
    this.#waiting = [];
    try {
      const gone = await runtime.write(() => {
        const hidden = refused.filter((topic) => this.#isHidden(topic));
        const records = hidden.map(({ topicId }): MetadataRecord => ({ kind: 'removeTopic', value: { topicId } }));
        return { records, reply: hidden };
      });
      // What there is of their logs goes too; a failure leaves files that the next start removes.
      await Promise.allSettled(gone.map((topic) => topics.remove(topic)));
    } catch (error) {
      this.#waiting = [...refused, ...this.#waiting];
      onProblem?.(
        'The record of a topic whose creation was refused could not be taken back yet; it is tried again.',
        error,
      );
      if (this.#isClosed) return;
      this.#timer?.cancel();
      this.#timer = clock.schedule(retryMs, () => void this.#retry());
    }
  }

  /** Recorded, and not shown: another request may have completed it, or deleted it. */
  #isHidden({ name, topicId }: TopicImage): boolean {
    const { image, topics } = this.#options;
    return image.topic(name)?.topicId === topicId && topics.get(name)?.topicId !== topicId;
  }
}
