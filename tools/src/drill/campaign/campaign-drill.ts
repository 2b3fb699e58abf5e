import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { adClicked, adShown, topics } from '@headwater/contracts';
import { startBroker } from '@headwater/testkit';
import { readTopic } from '../../bank/index.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { ServiceProcess } from '../service-process.ts';
import { promise, Violation } from '../violation.ts';
import { plainCount, type PlainCounts } from './plain-count.ts';

const reporters = 4;
const largestBatch = 60;
const campaigners = ['Hot Ltd', 'Warm Ltd', 'Cold Ltd'];
const shareOfHot = 0.99;
const creatives = 5;
const startMs = Date.UTC(2026, 0, 1);
const spanMs = 6 * 3_600_000;
const sessionTimeoutMs = 1_000;
/** Far longer than a takeover takes, however busy the machine is. */
const deadlineMs = 240_000;

interface Impression {
  readonly impressionId: string;
  readonly campaigner: string;
  readonly creative: string;
  readonly occurredAt: string;
}

interface Click {
  readonly impressionId: string;
  readonly occurredAt: string;
}

class CampaignStage {
  readonly random: Random;
  instances: ServiceProcess[] = [];
  readonly faults = new Map<string, number>();
  reported = 0;

  constructor(
    seed: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.random = new Random(seed);
  }

  async start(): Promise<void> {
    const instance = new ServiceProcess('campaign-compare', this.environment);
    this.instances.push(instance);
    await instance.ready();
  }

  /** Reporters that send one thing after another until the signal. */
  load(round: number, signal: AbortSignal): Promise<unknown> {
    return Promise.all(
      Array.from({ length: reporters }, (_, reporter) =>
        this.reporter(`${round}-${reporter}`, this.random.fork(), signal),
      ),
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

  async countsOf(instance: ServiceProcess, campaigner: string): Promise<PlainCounts | undefined> {
    const answer = (await instance.send('GET', `/campaigns/${encodeURIComponent(campaigner)}`)) as
      Told | null | undefined;
    if (!answer) return undefined;
    const { impressions, clicks, duplicateImpressions, duplicateClicks, lateClicks, byHour, byCreative } = answer;
    const told = (parts: readonly (Part & { hour?: string; creative?: string })[]) =>
      Object.fromEntries(parts.map((part) => [part.hour ?? part.creative ?? '', `${part.impressions}/${part.clicks}`]));
    return {
      ...{ impressions, clicks, duplicateImpressions, duplicateClicks, lateClicks },
      byHour: told(byHour),
      byCreative: told(byCreative),
    };
  }

  private async reporter(name: string, random: Random, signal: AbortSignal): Promise<void> {
    for (let batch = 0; !signal.aborted; batch++) {
      const impressions = Array.from({ length: random.magnitude(largestBatch) }, (_, index): Impression => ({
        impressionId: `${name}-${batch}-${index}`,
        campaigner: random.chance(shareOfHot) ? campaigners[0]! : random.pick(campaigners.slice(1)),
        creative: `creative-${random.below(creatives)}`,
        occurredAt: new Date(startMs + random.below(spanMs)).toISOString(),
      }));
      const clicks = impressions.filter(() => random.chance(0.2)).flatMap((each) => this.clicksOn(each, random));
      const again = impressions.filter(() => random.chance(0.05));
      const parts = random.shuffle([
        () => this.deliver('impressions', impressions),
        ...(again.length > 0 ? [() => this.deliver('impressions', again)] : []),
        ...(clicks.length > 0 ? [() => this.deliver('clicks', clicks)] : []),
      ]);
      for (const part of parts) await part();
    }
  }

  /** One or two, some of them too late. */
  private clicksOn({ impressionId, occurredAt }: Impression, random: Random): Click[] {
    return Array.from({ length: random.between(1, 2) }, () => {
      const afterMs = random.chance(0.1) ? 2_000_000 : random.below(1_800_000);
      return { impressionId, occurredAt: new Date(Date.parse(occurredAt) + afterMs).toISOString() };
    });
  }

  /** Through any instance, again and again until each report is taken: what had no answer may have been taken twice. */
  private async deliver(list: 'impressions' | 'clicks', reports: readonly (Impression | Click)[]): Promise<void> {
    for (let left = reports; left.length > 0;) {
      const usable = this.instances.filter(({ isSuspended, hasEnded }) => !isSuspended && !hasEnded);
      const answer =
        usable.length === 0
          ? undefined
          : ((await this.random.pick(usable).send('POST', `/${list}/batch`, { [list]: left })) as
              { results: { status: string }[] } | undefined);
      const sent = left;
      if (answer) left = sent.filter((_, index) => answer.results[index]?.status !== 'accepted');
      // Otherwise a reporter asks in vain as fast as it can while nobody answers.
      if (left.length > 0) await delay(50);
    }
    this.reported += reports.length;
  }
}

interface Part {
  readonly impressions: number;
  readonly clicks: number;
}

interface Told extends Omit<PlainCounts, 'byHour' | 'byCreative'> {
  readonly byHour: readonly (Part & { readonly hour: string })[];
  readonly byCreative: readonly (Part & { readonly creative: string })[];
}

/** @throws Violation when an instance does not come to the counts of the log, or goes beyond them. */
async function check(stage: CampaignStage, expected: ReadonlyMap<string, PlainCounts>): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (const instance of stage.instances)
    for (const [campaigner, counts] of expected)
      for (;;) {
        promise(
          !instance.hasEnded,
          'an instance goes on after a fault',
          () => `it ended by itself: ${instance.lastWords}`,
        );
        const told = await stage.countsOf(instance, campaigner);
        if (isDeepStrictEqual(told, counts)) break;
        promise(
          (told?.impressions ?? 0) <= counts.impressions && (told?.clicks ?? 0) <= counts.clicks,
          'nothing is counted twice',
          () => differing(campaigner, told, counts),
        );
        if (performance.now() > endMs)
          throw new Violation('counts are those of the log', differing(campaigner, told, counts));
        await delay(200);
      }
}

const differing = (campaigner: string, told: unknown, counts: unknown): string =>
  `${campaigner}: told are ${JSON.stringify(told)}, the log has ${JSON.stringify(counts)}`;

async function run({ numbers, seed, folder, onProgress }: DrillRun): Promise<Summary> {
  const rounds = numbers['rounds']!;
  await using broker = await startBroker({
    dataDir: join(folder, 'broker'),
    config: { 'group.min.session.timeout.ms': '500' },
  });
  const { bootstrapServers, registryUrl } = broker;
  const stage = new CampaignStage(seed, {
    KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
    SCHEMA_REGISTRY_URL: registryUrl,
    OWNER_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    // However long the drill takes, what belongs together meets: the log has all that is needed to tell the counts.
    CLICK_GRACE_MS: String(24 * 3_600_000),
  });
  try {
    await Promise.all([stage.start(), stage.start()]);
    for (let round = 1; round <= rounds; round++) {
      const ending = new AbortController();
      const load = stage.load(round, ending.signal);
      await delay(stage.random.between(100, 1_000));
      await stage.fault();
      await delay(stage.random.between(100, 1_000));
      ending.abort();
      await load;
      onProgress(`fault ${round} of ${rounds}: ${stage.reported} reports taken`);
    }
    const shown = await readTopic(bootstrapServers, topics.adImpressions, adShown);
    const clicked = await readTopic(bootstrapServers, topics.adClicks, adClicked);
    const expected = plainCount(shown, clicked);
    await check(stage, expected);
    await Promise.all(stage.instances.map((instance) => instance.end('SIGTERM')));
    stage.instances = [];
    await stage.start();
    await check(stage, expected);
    const sum = (field: 'impressions' | 'clicks') => [...expected.values()].reduce((all, each) => all + each[field], 0);
    return {
      'reports taken': stage.reported,
      'records in the log': shown.length + clicked.length,
      impressions: sum('impressions'),
      clicks: sum('clicks'),
      ...Object.fromEntries([...stage.faults].map(([kind, count]) => [`times: ${kind}`, count])),
    };
  } finally {
    await Promise.all(stage.instances.map((instance) => instance.end('SIGKILL')));
  }
}

export const campaignDrill: Drill = {
  name: 'campaign',
  about: 'instances of campaign-compare killed, suspended and replaced: every count is that of the log',
  details: `Reporters send impressions, ninety-nine of a hundred of one campaign, and clicks, before and after their impressions, many of them again,
through any of two instances, each a process, while one is killed, stopped in order, or suspended until the other has its partitions, and
resumed. At the end the log is counted by a plain script; the counts of every campaign, whole, by hour and by creative, are exactly these, of
every instance, and of one that starts alone.`,
  options: [{ name: 'rounds', standard: 20, about: 'how many faults' }],
  run,
};
