import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import { contractTopic, openTable } from '@headwater/streams';
import { startBroker } from '@headwater/testkit';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { ServiceProcess } from '../service-process.ts';
import { promise, Violation } from '../violation.ts';

const users = 40;
const showsPerUser = 3;
const devices = 8;
const largestBatch = 20;
/** Reports come as much as this many reports late. */
const latestBy = 300;
const startMs = Date.UTC(2026, 0, 1);
const sessionTimeoutMs = 1_000;
/** Far longer than a takeover takes, however busy the machine is. */
const deadlineMs = 180_000;

/** A report; its time is no other's. */
interface Report {
  readonly userId: string;
  readonly showId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  readonly occurredAt: string;
}

interface Answered {
  readonly status: string;
  readonly position?: Report;
}

const keyOf = ({ userId, showId }: Report): string => `${userId}|${showId}`;

class ResumeStage {
  readonly random: Random;
  instances: ServiceProcess[] = [];
  readonly faults = new Map<string, number>();
  /** Of each user and show, when the newest report that was acknowledged, and that was sent, happened. */
  readonly acknowledged = new Map<string, string>();
  private readonly sent = new Map<string, Set<string>>();
  reports = 0;
  taken = 0;

  constructor(
    seed: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.random = new Random(seed);
  }

  async start(): Promise<void> {
    const instance = new ServiceProcess('movieflix-resume', this.environment);
    this.instances.push(instance);
    await instance.ready();
  }

  /** Devices that report through any instance, until the signal; each one thing after another. */
  load(signal: AbortSignal): Promise<unknown> {
    return Promise.all(
      Array.from({ length: devices }, (_, device) => this.device(`device-${device}`, this.random.fork(), signal)),
    );
  }

  /** One thing that happens to an instance. */
  async fault(): Promise<void> {
    const victim = this.random.pick(this.instances);
    const kind = this.random.pick(['kill', 'kill', 'suspend', 'stop'] as const);
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    if (kind === 'suspend') {
      victim.suspend();
      // Until its partitions belong to another, or are about to.
      await delay(this.random.between(sessionTimeoutMs / 2, 3 * sessionTimeoutMs));
      victim.resume();
      return;
    }
    await victim.end(kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
    this.instances = this.instances.filter((instance) => instance !== victim);
    await this.start();
  }

  /** What an instance answers for a user and show, once it does. @throws Violation when it does not in time */
  async positionOf(key: string): Promise<Report | null> {
    const [userId, showId] = key.split('|');
    for (const endMs = performance.now() + deadlineMs; performance.now() < endMs;) {
      const answer = await this.random.pick(this.instances).send('GET', `/users/${userId}/shows/${showId}/position`);
      if (answer !== undefined) return answer as Report | null;
      await delay(100);
    }
    const reasons = this.instances.map(({ lastRefusal }) => lastRefusal).join('; ');
    throw new Violation('positions are served again after a fault', `nobody answers for ${key}: ${reasons}`);
  }

  /** @throws Violation when a position is older than one that was acknowledged, or none that was sent. */
  async check(): Promise<void> {
    for (const [key, newest] of this.acknowledged) {
      const held = await this.positionOf(key);
      promise(
        held !== null && held.occurredAt >= newest,
        'no acknowledged position is lost',
        () => `${key}: ${newest} was acknowledged, ${held?.occurredAt ?? 'nothing'} is held`,
      );
      promise(
        this.sent.get(key)!.has(held.occurredAt),
        'only what was sent is held',
        () => `${key}: ${held.occurredAt}`,
      );
    }
    for (const instance of this.instances)
      promise(
        !instance.hasEnded,
        'an instance goes on after a fault',
        () => `it ended by itself: ${instance.lastWords}`,
      );
  }

  private async device(deviceId: string, random: Random, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const reports = Array.from({ length: random.magnitude(largestBatch) }, () => this.nextReport(deviceId, random));
      const instance = random.pick(this.instances);
      const results = await this.deliver(instance, reports);
      for (const [index, result] of results.entries()) this.noteAnswer(reports[index]!, result);
      // Otherwise a device asks in vain as fast as it can while nobody answers.
      await delay(random.below(20));
    }
  }

  private nextReport(deviceId: string, random: Random): Report {
    const number = (this.reports += 1);
    // The last digits are the report's own, so that no two of one show happen at once.
    const occurredAtMs = startMs + (number + latestBy - random.below(latestBy)) * 1_000 + (number % 1_000);
    const report = {
      userId: `user-${random.below(users)}`,
      showId: `show-${random.below(showsPerUser)}`,
      positionSeconds: random.below(6_000),
      durationSeconds: 6_000,
      deviceId,
      occurredAt: new Date(occurredAtMs).toISOString(),
    };
    const times = this.sent.get(keyOf(report)) ?? new Set();
    this.sent.set(keyOf(report), times.add(report.occurredAt));
    return report;
  }

  private async deliver(instance: ServiceProcess, reports: readonly Report[]): Promise<readonly Answered[]> {
    if (instance.isSuspended || instance.hasEnded) return [];
    const [first] = reports;
    if (reports.length > 1) {
      const answer = (await instance.send('POST', '/positions', { positions: reports })) as
        { results: Answered[] } | undefined;
      return answer?.results ?? [];
    }
    const { userId, showId, ...request } = first!;
    const answer = (await instance.send('PUT', `/users/${userId}/shows/${showId}/position`, request)) as
      Answered | undefined;
    return answer ? [answer] : [];
  }

  private noteAnswer(report: Report, { status, position }: Answered): void {
    if (status !== 'moved' && status !== 'kept') return;
    this.taken += 1;
    const { occurredAt } = position!;
    promise(
      occurredAt >= report.occurredAt,
      'the newest position holds',
      () => `${keyOf(report)}: ${report.occurredAt} was answered with ${occurredAt}`,
    );
    const known = this.acknowledged.get(keyOf(report)) ?? '';
    if (occurredAt > known) this.acknowledged.set(keyOf(report), occurredAt);
  }
}

/** Waits until the last record of every key is the position that is held. @throws Violation when that does not come about */
async function untilLogAgrees(
  stage: ResumeStage,
  servers: { bootstrapServers: string; registryUrl: string },
): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'resume-drill',
    bootstrapServers: [servers.bootstrapServers],
    clock: systemClock,
  });
  const table = await openTable(client, contractTopic(topics.showPosition, new EventCodec(servers.registryUrl)));
  try {
    let differing: string[] = [];
    for (const endMs = performance.now() + deadlineMs; performance.now() < endMs;) {
      await table.waitForEnd();
      differing = [];
      for (const key of stage.acknowledged.keys()) {
        const held = await stage.positionOf(key);
        if (table.get(key)?.value.occurredAt.toISOString() !== held?.occurredAt) differing.push(key);
      }
      if (differing.length === 0) return;
      await delay(500);
    }
    throw new Violation('the last record of each key is its newest', `it is not of ${differing.join(', ')}`);
  } finally {
    await table.close();
  }
}

async function run({ numbers, seed, folder, onProgress }: DrillRun): Promise<Summary> {
  const rounds = numbers['rounds']!;
  await using broker = await startBroker({
    dataDir: join(folder, 'broker'),
    config: { 'group.min.session.timeout.ms': '500' },
  });
  const { bootstrapServers, registryUrl } = broker;
  const stage = new ResumeStage(seed, {
    KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
    SCHEMA_REGISTRY_URL: registryUrl,
    OWNER_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
  });
  try {
    await Promise.all([stage.start(), stage.start()]);
    for (let round = 1; round <= rounds; round++) {
      const ending = new AbortController();
      const load = stage.load(ending.signal);
      await delay(stage.random.between(100, 1_000));
      await stage.fault();
      await delay(stage.random.between(100, 1_000));
      ending.abort();
      await load;
      await stage.check();
      onProgress(`fault ${round} of ${rounds}: ${stage.taken} of ${stage.reports} reports acknowledged`);
    }
    await untilLogAgrees(stage, { bootstrapServers, registryUrl });
    await Promise.all(stage.instances.map((instance) => instance.end('SIGTERM')));
    stage.instances = [];
    await stage.start();
    await stage.check();
    const faults = Object.fromEntries([...stage.faults].map(([kind, count]) => [`times: ${kind}`, count]));
    return {
      'reports sent': stage.reports,
      'reports acknowledged': stage.taken,
      positions: stage.acknowledged.size,
      ...faults,
    };
  } finally {
    await Promise.all(stage.instances.map((instance) => instance.end('SIGKILL')));
  }
}

export const resumeDrill: Drill = {
  name: 'resume',
  about: 'instances of movieflix-resume killed, suspended and replaced: no acknowledged position is lost',
  details: `Devices report positions of forty users, late and out of order, one by one and in batches, through any of two instances, each a
process, while one is killed, stopped in order, or suspended until the other has its partitions, and resumed. After each fault every position is at
least as new as the newest report that was acknowledged, whoever is asked, and one that was sent. At the end the last record of each key in
the log is the position that is held, and an instance that starts alone has the same.`,
  options: [{ name: 'rounds', standard: 20, about: 'how many faults' }],
  run,
};
