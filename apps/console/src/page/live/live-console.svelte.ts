/**
 * The page's copy of the console's state: a snapshot, then changes. When the connection is lost what was known stays on
 * the page, marked as old, and the connection comes back by itself.
 */
import { applyListChange } from '../../live/list-change.ts';
import type { LessonState } from '../../lessons/lesson-state.ts';
import type {
  ClusterState,
  FeedPost,
  FlowState,
  GroupState,
  LiveChange,
  LiveSample,
  LiveSnapshot,
  PartState,
  TopicState,
} from '../../live/live-state.ts';
import { request } from './asked.svelte.ts';

/** `refused`: the console asks for a token. */
export type Connection = 'connecting' | 'live' | 'lost' | 'refused';

/** How far back the charts look. */
export const WINDOW_MS = 180_000;
const REOPEN_MS = 2000;

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export class LiveConsole {
  connection = $state<Connection>('connecting');
  parts = $state.raw<readonly PartState[]>([]);
  cluster = $state.raw<ClusterState | null>(null);
  topics = $state.raw<readonly TopicState[]>([]);
  groups = $state.raw<readonly GroupState[]>([]);
  feed = $state.raw<readonly FeedPost[]>([]);
  /** Empty until the console has answered. */
  flows = $state.raw<readonly FlowState[]>([]);
  /** The lesson that runs; null without one. */
  lesson = $state.raw<LessonState | null>(null);
  samples = $state.raw<readonly LiveSample[]>([]);
  #source: EventSource | undefined;
  #reopen: ReturnType<typeof setTimeout> | undefined;

  /** Listens until the returned function is called. */
  listen(url: string): () => void {
    const source = new EventSource(url);
    this.#source = source;
    source.addEventListener('snapshot', (event) => this.#take(JSON.parse(event.data as string) as LiveSnapshot));
    source.addEventListener('change', (event) => this.#apply(JSON.parse(event.data as string) as LiveChange));
    source.addEventListener('error', () => {
      this.connection = 'lost';
      // The browser comes back by itself from a lost connection, but not from an answer that is no event stream.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#reopen);
      this.#reopen = setTimeout(() => this.listen(url), REOPEN_MS);
      void this.#askWhy();
    });
    return () => {
      clearTimeout(this.#reopen);
      this.#source?.close();
    };
  }

  /** An event source does not tell why it was refused. */
  async #askWhy(): Promise<void> {
    const access = await request<{ required: boolean; granted: boolean }>('/api/access');
    if (!access.ok || !access.answer.required || access.answer.granted) return;
    clearTimeout(this.#reopen);
    this.connection = 'refused';
  }

  topicPoints(name: string): Point[] {
    return this.samples.flatMap(({ atMs, topicRates }) => {
      const value = topicRates[name];
      return value === undefined ? [] : [{ atMs, value }];
    });
  }

  groupPoints(groupId: string): Point[] {
    return this.samples.flatMap(({ atMs, groupLags }) => {
      const value = groupLags[groupId];
      return value === undefined ? [] : [{ atMs, value }];
    });
  }

  #take({ state, history }: LiveSnapshot): void {
    this.connection = 'live';
    this.parts = state.parts;
    this.cluster = state.cluster;
    this.topics = state.topics;
    this.groups = state.groups;
    this.feed = state.feed;
    this.flows = state.flows;
    this.lesson = state.lesson;
    this.samples = history.atMs.map((atMs, index) => ({
      atMs,
      topicRates: column(history.topicRates, index),
      groupLags: column(history.groupLags, index),
    }));
  }

  #apply(change: LiveChange): void {
    this.connection = 'live';
    if (change.parts) this.parts = applyListChange(this.parts, change.parts, (part) => part.name);
    if (change.cluster !== undefined) this.cluster = change.cluster;
    if (change.topics) this.topics = applyListChange(this.topics, change.topics, (topic) => topic.name);
    if (change.groups) this.groups = applyListChange(this.groups, change.groups, (group) => group.groupId);
    if (change.feed) this.feed = applyListChange(this.feed, change.feed, (post) => post.postId);
    if (change.lesson !== undefined) this.lesson = change.lesson;
    if (change.sample) this.#addSample(change.sample);
  }

  #addSample(sample: LiveSample): void {
    const oldest = sample.atMs - WINDOW_MS;
    this.samples = [...this.samples.filter(({ atMs }) => atMs >= oldest), sample];
  }
}

function column(
  series: Readonly<Record<string, readonly (number | null)[]>>,
  index: number,
): Readonly<Record<string, number>> {
  const entries = Object.entries(series).map(([name, values]) => [name, values[index] ?? null] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, number] => entry[1] !== null));
}
