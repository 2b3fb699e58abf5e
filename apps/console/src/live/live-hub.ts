/**
 * Looks at the platform again and again and tells every page that listens what changed. It looks often while somebody
 * listens, and seldom otherwise, so that an open console tab costs the broker little and a closed one next to nothing.
 *
 * Concurrency: one look at the cluster and one at the feed are under way at most.
 */
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { HealthChecks, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ClusterReader } from '../cluster/cluster.reader.ts';
import { ConsoleConfig } from '../console-config.ts';
import { FeedReader } from '../feed/feed.reader.ts';
import { GroupsReader } from '../groups/groups.reader.ts';
import { LessonRunner } from '../lessons/lesson-runner.ts';
import { PartsReader } from '../services/parts.reader.ts';
import { TopicRates } from '../topics/topic-rates.ts';
import { TopicsReader, type TopicReading } from '../topics/topics.reader.ts';
import { liveChange } from './live-change.ts';
import { LiveStream, type EventSink } from './live-stream.ts';
import type { GroupState, LiveSample, LiveSnapshot, LiveState, PartState } from './live-state.ts';
import { RepeatedLook } from './repeated-look.ts';
import { SampleHistory } from './sample-history.ts';
import { caseFlows } from './case-flows.ts';

const IDLE_FACTOR = 5;
const BEAT_MS = 15_000;
const FEED_SERVICE = topics.postsWithCounts.owner;
/** More listeners than any team has; a flood of them must not take the console down. */
export const MAXIMUM_LISTENERS = 100;

@Injectable()
export class LiveHub implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Live');
  private readonly streams = new Set<LiveStream>();
  private readonly rates = new TopicRates();
  private readonly history = new SampleHistory();
  private readonly looks: readonly RepeatedLook[];
  private state: LiveState = {
    parts: [],
    cluster: null,
    topics: [],
    groups: [],
    feed: [],
    flows: caseFlows,
    lesson: null,
  };
  /** What Kafka and each HTTP part answered last. */
  private answers: readonly PartState[] = [];
  private feedProblem: string | null = null;
  private beats: NodeJS.Timeout | undefined;

  constructor(
    private readonly admin: ClusterAdmin,
    private readonly cluster: ClusterReader,
    private readonly topics: TopicsReader,
    private readonly groups: GroupsReader,
    private readonly feed: FeedReader,
    private readonly partsReader: PartsReader,
    private readonly lessons: LessonRunner,
    private readonly health: HealthChecks,
    config: ConsoleConfig,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    this.looks = [
      new RepeatedLook(() => this.lookAtCluster(), config.clusterIntervalMs, IDLE_FACTOR),
      new RepeatedLook(() => this.lookAtFeed(), config.feedIntervalMs, IDLE_FACTOR),
    ];
  }

  onApplicationBootstrap(): void {
    // The console is ready when it serves, whatever is down: that is when people look at it.
    this.health.add('ready', 'live', () => ({ ok: true, detail: `${this.streams.size} pages` }));
    this.lessons.listen((lesson) => this.publish({ ...this.state, lesson }));
    for (const look of this.looks) look.start();
    this.beats = setInterval(() => this.streams.forEach((stream) => stream.beat()), BEAT_MS);
    this.context.stopping.addEventListener('abort', () => this.streams.forEach((stream) => stream.end()));
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.beats);
    await Promise.all(this.looks.map((look) => look.stop()));
  }

  snapshot(): LiveSnapshot {
    return { state: this.state, history: this.history.toState() };
  }

  get isFull(): boolean {
    return this.streams.size >= MAXIMUM_LISTENERS;
  }

  /** Sends the state to `sink` and goes on sending what changes, until it closes. */
  listen(sink: EventSink): void {
    const stream = new LiveStream(
      sink,
      () => this.snapshot(),
      () => {
        this.streams.delete(stream);
        this.setWatched();
      },
    );
    this.streams.add(stream);
    this.setWatched();
  }

  private setWatched(): void {
    for (const look of this.looks) look.setWatched(this.streams.size > 0);
  }

  private async lookAtCluster(): Promise<void> {
    const [kafka, others] = await Promise.all([this.readKafka(), this.partsReader.read()]);
    this.answers = [kafka.part, ...others];
    const { cluster, topics, groups } = kafka.state ?? { ...this.state, cluster: null };
    this.publish({ ...this.state, parts: this.parts(), cluster, topics, groups }, kafka.sample);
  }

  private async readKafka(): Promise<KafkaLook> {
    const address = this.admin.addresses.join(',');
    try {
      const cluster = await this.cluster.read();
      const readings = await this.topics.read();
      const { groups, problem } = await this.readGroups(readings);
      const atMs = Date.now();
      const topics = this.rates.next(readings, atMs);
      const sample: LiveSample = {
        atMs,
        topicRates: Object.fromEntries(topics.map((topic) => [topic.name, topic.perSecond])),
        groupLags: Object.fromEntries(groups.map((group) => [group.groupId, group.lag])),
      };
      return {
        part: { name: 'Kafka', status: 'up', address, problem },
        state: { cluster, topics, groups },
        sample,
      };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { part: { name: 'Kafka', status: 'down', address, problem }, state: undefined, sample: undefined };
    }
  }

  /** A broker that answers about topics and not about groups is shown with what it says. */
  private async readGroups(
    readings: readonly TopicReading[],
  ): Promise<{ readonly groups: readonly GroupState[]; readonly problem: string | null }> {
    try {
      return { groups: await this.groups.read(readings), problem: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { groups: this.state.groups, problem: `consumer groups: ${reason}` };
    }
  }

  private async lookAtFeed(): Promise<void> {
    let { feed } = this.state;
    try {
      feed = await this.feed.read();
      this.feedProblem = null;
    } catch (error) {
      this.feedProblem = error instanceof Error ? error.message : String(error);
    }
    this.publish({ ...this.state, feed, parts: this.parts() });
  }

  /** A feed that cannot be read is down, whatever its health says; one that can be read may still be unwell. */
  private parts(): readonly PartState[] {
    const problem = this.feedProblem;
    return this.answers.map((part) =>
      part.name === FEED_SERVICE && part.status === 'up' && problem !== null
        ? { ...part, status: 'down', problem }
        : part,
    );
  }

  private publish(state: LiveState, sample?: LiveSample): void {
    const change = liveChange(this.state, state);
    this.logPartChanges(state.parts);
    this.state = state;
    if (sample !== undefined) this.history.add(sample);
    if (change === undefined && sample === undefined) return;
    for (const stream of this.streams) stream.send({ ...change, ...(sample === undefined ? {} : { sample }) });
  }

  private logPartChanges(parts: readonly PartState[]): void {
    for (const part of parts) {
      const before = this.state.parts.find(({ name }) => name === part.name)?.status;
      if (before === part.status) continue;
      const line = part.status === 'down' ? `is down at ${part.address}: ${part.problem}` : `is ${part.status}`;
      // What was never up is starting still, or not meant to be there.
      if (part.status === 'down' && before === 'up') this.logger.warn(`${part.name} ${line}`);
      else this.logger.log(`${part.name} ${line}`);
    }
  }
}

interface KafkaLook {
  readonly part: PartState;
  readonly state: Pick<LiveState, 'cluster' | 'topics' | 'groups'> | undefined;
  readonly sample: LiveSample | undefined;
}
