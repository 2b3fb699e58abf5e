/** A model, and the topics that it is read from: built from their beginning, then followed. */
import { topics, type ShowPosition } from '@headwater/contracts';
import type { EventCodec, KafkaClient, MetricsPort } from '@headwater/messaging';
import {
  followTopic,
  ReadableTopic,
  type FollowedState,
  type RestoreProgress,
  type TopicFollower,
} from '@headwater/streams';
import { RecommendationModel, type ModelLimits, type Watch } from '../model/index.ts';

/** A record of `show_position` that a model has taken. */
export interface AppliedWatch {
  readonly userId: string;
  /** Whether the model knows something else of the user now. */
  readonly isChange: boolean;
  readonly partition: number;
  readonly offset: number;
}

export interface ReplicaOptions {
  readonly client: KafkaClient;
  readonly codec: EventCodec;
  readonly limits: Partial<ModelLimits>;
  readonly metrics?: MetricsPort;
  readonly onApplied: (applied: AppliedWatch) => void;
}

/** How far the model is built. */
export interface BuildProgress {
  /** Records read so far, of both topics. */
  readonly records: number;
  /** From 0 to 100: of what was there when it began. */
  readonly percent: number;
  readonly done: boolean;
}

export class ModelReplica {
  /** Resolves when the model knows everything that was in the topics when the replica began. */
  restored: Promise<void> = Promise.resolve();
  readonly model: RecommendationModel;
  private readonly followers: TopicFollower[] = [];
  private readonly progressOf = new Map<string, RestoreProgress>();
  private refusedCount = 0;
  private isRestored = false;

  constructor(private readonly options: ReplicaOptions) {
    this.model = new RecommendationModel(options.limits);
  }

  /** Begins to build. Called once. @throws when a topic does not exist or no broker answers. */
  async begin(): Promise<void> {
    await this.follow(this.shows());
    await this.follow(this.watches());
    this.restored = Promise.all(this.followers.map(({ restored }) => restored)).then(() => {
      this.isRestored = true;
    });
    // Whoever does not wait for it looks at `ready`.
    this.restored.catch(() => undefined);
  }

  /** Watches of shows for which there was no room. */
  get refused(): number {
    return this.refusedCount;
  }

  progress(): BuildProgress {
    const all = [...this.progressOf.values()];
    const records = all.reduce((sum, each) => sum + each.records, 0);
    const percent = all.length === 0 ? 0 : all.reduce((sum, each) => sum + each.percent, 0) / all.length;
    return { records, percent: this.isRestored ? 100 : Math.floor(percent), done: this.isRestored };
  }

  /** For readiness. */
  ready(): { readonly ok: boolean; readonly detail?: string } {
    if (this.isRestored)
      return this.followers.map((follower) => follower.ready()).find(({ ok }) => !ok) ?? { ok: true };
    return { ok: false, detail: `the model is built to ${this.progress().percent} %` };
  }

  async close(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.close()));
  }

  private async follow(state: FollowedState): Promise<void> {
    const { client, metrics } = this.options;
    const onProgress = (progress: RestoreProgress): void => {
      this.progressOf.set(`${progress.topic}-${progress.partition}`, progress);
    };
    this.followers.push(await followTopic(client, state, { onProgress, ...(metrics && { metrics }) }));
  }

  private shows(): FollowedState {
    return new ReadableTopic(topics.shows, this.options.codec, (showId, event) => {
      if (!event) this.model.withdraw(showId);
      else if (!this.model.describe(showId, event.value)) this.refusedCount++;
    });
  }

  private watches(): FollowedState {
    return ReadableTopic.consume(topics.showPosition, this.options.codec, (key, event, partition, offset) => {
      // Neither id holds a `|`.
      const [userId = '', showId = ''] = key.split('|');
      const learned = event ? this.model.learn(watchOf(event.value)) : this.model.unlearn(userId, showId);
      if (learned === 'refused') this.refusedCount++;
      const isChange = learned === true || learned === 'changed';
      this.options.onApplied({ userId, isChange, partition, offset });
    });
  }
}

function watchOf({ userId, showId, positionSeconds, durationSeconds, finished, occurredAt }: ShowPosition): Watch {
  const share = durationSeconds > 0 ? positionSeconds / durationSeconds : 0;
  return { userId, showId, share, finished, atSeconds: Math.floor(occurredAt.getTime() / 1000) };
}
