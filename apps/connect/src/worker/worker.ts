/**
 * A worker: one of the processes that share the tasks of all connectors.
 *
 * It reads the definitions, takes part in the group, and has its slots run what falls to it. While the group shares anew tasks go on;
 * when the membership ends all stop, since another worker may have them by then.
 */
import { Logger } from '@nestjs/common';
import {
  type Clock,
  type EventCodec,
  type KafkaClient,
  type MessageProducer,
  type TopicSetup,
  type WorkGroupMember,
  type WorkGroupMembership,
} from '@headwater/messaging';
import { type Metrics } from '@headwater/service-kit';
import { describeProblems, resolveReferences, type Environment } from '../configuration/index.ts';
import { Definitions, Offsets, States, type Definition, type Restart, type TaskState } from '../storage/index.ts';
import { assignmentOf, claimsOf, toBytes, type Assignment } from './assignment.ts';
import { ConnectorError, type ConnectorConfig, type ConnectorContext, type ConnectorTask } from './connector.ts';
import { type Plugins } from './plugins.ts';
import { shareTasks, type TaskId } from './share-tasks.ts';
import { TaskSlot, traceOf, type TaskReport, type TaskSpec, type TaskTells } from './task-slot.ts';
import { WorkerMetrics } from './worker-metrics.ts';

export interface WorkerSettings {
  /** Workers of one name share connectors: it begins the names of the group and the topics. */
  readonly cluster: string;
  readonly bootstrapServers: readonly string[];
  readonly registryUrl: string;
  readonly sessionTimeoutMs: number;
  /** Between attempts of a task that failed so that it may pass. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  readonly environment: Environment;
}

export interface WorkerParts {
  readonly settings: WorkerSettings;
  readonly plugins: Plugins;
  readonly client: KafkaClient;
  readonly producer: MessageProducer;
  readonly codec: EventCodec;
  readonly topicSetup: TopicSetup;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

const HEARTBEATS_PER_SESSION = 5;
const RETRY_MS = 500;

export class Worker {
  readonly definitions: Definitions;
  readonly states: States;
  private readonly offsets: Offsets;
  private readonly logger = new Logger('Worker');
  private readonly slots = new Map<TaskId, TaskSlot>();
  private readonly closing = new AbortController();
  private readonly measured: WorkerMetrics;
  private member: WorkGroupMember | undefined;
  private assignment: Assignment | undefined;
  private claimed: readonly TaskId[] = [];
  private shared: readonly TaskId[] = [];
  private rebalancing = false;
  private opened = false;
  private workerId = '';
  private url = '';
  private onLeading: () => void = () => undefined;

  constructor(private readonly parts: WorkerParts) {
    const { client, producer, settings, metrics } = parts;
    this.definitions = new Definitions(client, producer, `${settings.cluster}_configs`);
    this.states = new States(client, producer, `${settings.cluster}_status`);
    this.offsets = new Offsets(client, producer, `${settings.cluster}_offsets`);
    this.measured = new WorkerMetrics(metrics, () => [...this.slots.values()].map(({ report }) => report.state));
  }

  /** Where the leader is, and whether that is this worker; undefined while it knows of none. */
  get leader(): { readonly url: string; readonly workerId: string; readonly isSelf: boolean } | undefined {
    const { assignment, member } = this;
    if (!assignment || this.rebalancing || !member?.membership) return undefined;
    return { ...assignment.leader, isSelf: member.membership.isLeader };
  }

  /** Whether it has read what is defined. */
  get knowsDefinitions(): boolean {
    return this.opened;
  }

  /** Whether it is a member and knows all definitions. */
  get isReady(): boolean {
    return this.assignment !== undefined && this.member?.membership !== undefined;
  }

  /** Workers that are there, as the leader last said. */
  get workers(): readonly string[] {
    return this.assignment?.workers ?? [];
  }

  /**
   * Reads what is there and joins the group; waits for the broker for as long as it takes, or until `close`.
   *
   * @param url where other workers reach this one
   * @param onLeading called whenever this worker has become the leader, or leads a new generation
   */
  async start(url: string, onLeading: () => void): Promise<void> {
    this.url = url;
    this.workerId = new URL(url).host;
    this.onLeading = onLeading;
    const { settings, client } = this.parts;
    await this.openStorage();
    if (this.isClosing()) return;
    this.member = client.joinWorkGroup(
      {
        groupId: `${settings.cluster}-workers`,
        protocolType: 'connect',
        protocol: 'headwater-tasks',
        sessionTimeoutMs: settings.sessionTimeoutMs,
        rebalanceTimeoutMs: settings.sessionTimeoutMs,
        heartbeatIntervalMs: Math.ceil(settings.sessionTimeoutMs / HEARTBEATS_PER_SESSION),
      },
      {
        metadata: () => this.claims(),
        assign: (members, self) => this.share(members, self),
        onAssigned: (bytes, membership) => void this.assigned(bytes, membership),
        onRebalancing: () => {
          this.rebalancing = true;
        },
        onLost: () => this.lost(),
      },
    );
  }

  /** Ends all tasks, then leaves the group, so that others begin them at once. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const slot of this.slots.values()) slot.want(undefined);
    await Promise.all([...this.slots.values()].map((slot) => slot.ended()));
    await this.member?.close();
    await Promise.all([this.definitions.close(), this.states.close(), this.offsets.close()]);
  }

  /** What is known of a task: its worker's last word, if that worker is still there. */
  stateOf(connector: string, task: number): TaskState {
    const said = this.states.of(connector, task);
    if (said && this.workers.includes(said.worker_id)) return said;
    return { state: 'UNASSIGNED', worker_id: said?.worker_id ?? '', generation: said?.generation ?? -1 };
  }

  /** What a plug-in works with for a connector. @throws ConnectorError when its configuration cannot be resolved here */
  contextOf(connector: string, properties: ConnectorConfig): ConnectorContext {
    const { client, producer, codec, topicSetup, settings } = this.parts;
    const { config, problems } = resolveReferences(properties, settings.environment);
    if (problems.length > 0) throw new ConnectorError('CONFIG_INVALID', describeProblems(problems), false);
    const { bootstrapServers, registryUrl } = settings;
    const offsets = this.offsets.of(connector);
    return { connector, config, bootstrapServers, registryUrl, client, producer, codec, topicSetup, offsets };
  }

  /** The Kafka cluster's id; null when it has none. @throws when no broker answers */
  async clusterId(): Promise<string | null> {
    const admin = await this.parts.client.openAdmin();
    try {
      return await admin.clusterId();
    } finally {
      await admin.close();
    }
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async openStorage(): Promise<void> {
    const { topicSetup, settings, clock } = this.parts;
    const topics = ['configs', 'status', 'offsets'].map((what) => ({
      name: `${settings.cluster}_${what}`,
      partitions: 1,
      config: { 'cleanup.policy': 'compact' },
    }));
    await topicSetup.ensure(topics, this.closing.signal);
    while (!this.isClosing()) {
      try {
        await this.states.start((connector, task, state) => this.heard(connector, task, state));
        await this.offsets.start();
        await this.definitions.start({
          onChanged: () => this.changed(),
          onRestart: (restart) => this.restart(restart),
        });
        this.opened = true;
        return;
      } catch (error) {
        this.logger.warn(`cannot read what is defined yet: ${traceOf(error)}; trying again`);
        await clock.sleep(RETRY_MS, this.closing.signal);
      }
    }
  }

  private claims(): Buffer {
    this.claimed = [...this.slots.keys()].sort();
    return toBytes({ workerId: this.workerId, url: this.url, running: this.claimed });
  }

  /** As the leader: who does what. */
  private share(members: ReadonlyMap<string, Buffer>, self: string): ReadonlyMap<string, Buffer> {
    const claims = new Map([...members].map(([id, bytes]) => [id, claimsOf(bytes)]));
    const all = this.allTasks();
    const running = new Map([...claims].map(([id, claim]) => [id, claim.running]));
    const { tasks, unfinished } = shareTasks(running, all);
    this.shared = all;
    const { workerId, url } = claims.get(self)!;
    const common = {
      leader: { workerId, url },
      definitionsOffset: this.definitions.position,
      unfinished,
      workers: [...claims.values()].map((claim) => claim.workerId).sort(),
    };
    return new Map([...claims.keys()].map((id) => [id, toBytes({ ...common, tasks: tasks.get(id) ?? [] })]));
  }

  private async assigned(bytes: Buffer, membership: WorkGroupMembership): Promise<void> {
    const assignment = assignmentOf(bytes);
    if (!assignment) return;
    this.measured.rebalanced();
    await this.definitions.reached(assignment.definitionsOffset);
    if (this.member?.membership?.generation !== membership.generation || this.isClosing()) return;
    this.assignment = assignment;
    this.rebalancing = false;
    const { tasks, unfinished, leader } = assignment;
    const role = membership.isLeader ? 'leader' : `led by ${leader.workerId}`;
    this.logger.log(
      `generation ${membership.generation}, ${role}: ${tasks.length > 0 ? tasks.join(', ') : 'no tasks'}`,
    );
    const mine = new Set(tasks);
    const givenUp = this.claimed.filter((id) => !mine.has(id));
    this.converge();
    if (membership.isLeader) {
      this.changed();
      this.onLeading();
    }
    if (!unfinished || givenUp.length === 0) return;
    await Promise.all(givenUp.flatMap((id) => this.slots.get(id)?.ended() ?? []));
    this.member.rejoin();
  }

  private lost(): void {
    if (this.isClosing()) return;
    this.logger.warn('the membership ended: tasks stop, since others may have them now');
    this.assignment = undefined;
    this.converge();
  }

  /** Definitions are others than before. */
  private changed(): void {
    this.converge();
    if (!this.member?.membership?.isLeader || this.rebalancing) return;
    if (this.allTasks().join() !== this.shared.join()) this.member.rejoin();
  }

  private restart({ connector, task, includeTasks, onlyFailed }: Restart): void {
    for (const [id, slot] of this.slots) {
      const [of, number] = splitId(id);
      if (of !== connector || (task === undefined ? !includeTasks : number !== task)) continue;
      if (!onlyFailed || slot.report.state === 'FAILED') slot.restart();
    }
  }

  private allTasks(): TaskId[] {
    return this.definitions
      .all()
      .flatMap((definition) => this.taskConfigs(definition).map((_config, task) => `${definition.name}/${task}`))
      .sort();
  }

  /** None for a connector that cannot have any; its state says why. */
  private taskConfigs(definition: Definition): readonly ConnectorConfig[] {
    try {
      return this.parts.plugins.taskConfigs(definition);
    } catch {
      return [];
    }
  }

  /** Has every slot run what it should, and drops those that are of no more use. */
  private converge(): void {
    if (this.isClosing()) return;
    const wanted = new Map((this.assignment?.tasks ?? []).map((id) => [id, this.specOf(id)]));
    for (const [id, spec] of wanted) if (spec) this.slotOf(id).want(spec);
    for (const [id, slot] of this.slots) {
      if (wanted.get(id)) continue;
      slot.want(undefined);
      void slot.ended().then(() => this.dropped(id, slot));
    }
  }

  private dropped(id: TaskId, slot: TaskSlot): void {
    if (!slot.isIdle || this.slots.get(id) !== slot) return;
    this.slots.delete(id);
    if (this.specOf(id)) this.say(id, { state: 'UNASSIGNED' });
  }

  private specOf(id: TaskId): TaskSpec | undefined {
    const [connector, task] = splitId(id);
    const definition = this.definitions.find(connector);
    const config = definition && this.taskConfigs(definition)[task];
    return config && { connector, task, config, target: definition.target };
  }

  private slotOf(id: TaskId): TaskSlot {
    const known = this.slots.get(id);
    if (known) return known;
    const { firstPauseMs, maxPauseMs } = this.parts.settings;
    const slot = new TaskSlot(id, {
      createTask: (spec, tells) => this.createTask(spec, tells),
      onReport: (report) => this.say(id, report),
      onFailure: () => this.measured.failed(splitId(id)[0]),
      firstPauseMs,
      maxPauseMs,
    });
    this.slots.set(id, slot);
    return slot;
  }

  private createTask({ connector, task, config }: TaskSpec, tells: TaskTells): ConnectorTask {
    const { plugins, metrics } = this.parts;
    return plugins.of(config).createTask({ ...this.contextOf(connector, config), task, metrics, ...tells });
  }

  /** A member alone says how its tasks are: without a membership others may have them. */
  private say(id: TaskId, report: TaskReport): void {
    const membership = this.member?.membership;
    if (!membership) return;
    const [connector, task] = splitId(id);
    const state = { ...report, worker_id: this.workerId, generation: membership.generation };
    this.states.say(connector, task, state).catch((error: unknown) => {
      this.logger.warn(`cannot say that task ${id} is ${report.state}: ${traceOf(error)}`);
      const slot = this.slots.get(id);
      if (slot?.report === report) this.say(id, report);
    });
  }

  /** Somebody else's word on a task that this worker has: from before it had it. */
  private heard(connector: string, task: number, said: TaskState): void {
    const id = `${connector}/${task}`;
    const slot = this.slots.get(id);
    const membership = this.member?.membership;
    if (!slot || !membership || slot.report.state === 'UNASSIGNED') return;
    if (said.worker_id !== this.workerId && said.generation < membership.generation) this.say(id, slot.report);
  }
}

function splitId(id: TaskId): [connector: string, task: number] {
  const slash = id.lastIndexOf('/');
  return [id.slice(0, slash), Number(id.slice(slash + 1))];
}
