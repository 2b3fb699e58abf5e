import { clicksRequest, impressionsRequest, type Click, type Impression } from '../requests/campaign-requests.ts';
import { type Facts } from '../verify/check.ts';
import { type Load, type LoadCheck, type LoadOptions } from './load.ts';
import { type ProfileName } from './profiles.ts';
import { SeededRandom } from './seeded-random.ts';

interface Campaign {
  /** The number of the load follows it: loads beside each other have campaigns of their own. */
  readonly name: string;
  /** The truth, which the comparison has to find out: how many of its impressions are clicked. */
  readonly clickShare: number;
}

const CAMPAIGNS: readonly Campaign[] = [
  { name: 'Alpine Tours', clickShare: 0.034 },
  { name: 'City Bikes', clickShare: 0.026 },
  { name: 'Green Grocer', clickShare: 0.025 },
  { name: 'Night Trains', clickShare: 0.012 },
];
const CREATIVES = 6;
/** Somebody looks at an advertisement for so long, at most, before clicking on it. */
const LONGEST_LOOK_MS = 8000;
/** Of the clicks: second ones on the same impression, and those whose impression was lost on its way. */
const DOUBLE_SHARE = 0.01;
const ORPHAN_SHARE = 0.005;
/** Clicks that are due wait for others, but not for longer. */
const LONGEST_GATHERING_MS = 250;
/** The share of the impressions that a campaign gets, by its rank. */
const WEIGHTS: Readonly<Record<ProfileName, readonly number[]>> = {
  steady: [0.25, 0.25, 0.25, 0.25],
  'rush-hour': [0.25, 0.25, 0.25, 0.25],
  bursts: [0.25, 0.25, 0.25, 0.25],
  'launch-day': [0.48, 0.24, 0.16, 0.12],
  'one-hot-key': [0.99, 0.004, 0.003, 0.003],
};

/** Advertisements are shown, and some of them clicked on: a few seconds later, now and then twice. */
export function campaignLoad({ seed, batchSize, profile }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const counts = new Map(CAMPAIGNS.map(({ name }) => [`${name} ${seed}`, { impressions: 0, clicks: 0 }]));
  const waiting: WaitingClick[] = [];
  let made = 0;
  let newestMs = 0;

  const impression = (occurredAtMs: number): Impression => {
    made += 1;
    const { name, clickShare } = chosen(random, WEIGHTS[profile]);
    const campaigner = `${name} ${seed}`;
    const impressionId = `load-${seed}-${newestMs}-${made}`;
    const lookMs = 200 + random.below(LONGEST_LOOK_MS);
    // Some creatives do better than others, everywhere.
    const creative = random.below(CREATIVES);
    if (random.next() < clickShare * (0.6 + (0.8 * creative) / (CREATIVES - 1))) {
      const click = { impressionId, occurredAtMs: occurredAtMs + lookMs };
      const first: WaitingClick = { click, campaigner, dueMs: newestMs + lookMs };
      waiting.push(first);
      if (random.next() < DOUBLE_SHARE) waiting.push({ ...first, campaigner: undefined });
      if (random.next() < ORPHAN_SHARE)
        waiting.push({ ...first, click: { ...click, impressionId: `${impressionId}-lost` }, campaigner: undefined });
    }
    count(campaigner, 'impressions');
    return { impressionId, campaigner, creative: `creative-${creative + 1}`, occurredAtMs };
  };
  const count = (campaigner: string | undefined, what: 'impressions' | 'clicks'): void => {
    const its = campaigner === undefined ? undefined : counts.get(campaigner);
    if (its !== undefined) its[what] += 1;
  };

  return {
    things: 'impressions and clicks',
    services: ['campaign-compare'],
    preparation: { name: 'campaigns', leftOut: {}, events: [] },
    next: (nowMs) => {
      newestMs = Math.max(newestMs, nowMs);
      const identity = {
        idempotencyKey: `load-${seed}-${newestMs}-${made}-${waiting.length}`,
        occurredAtMs: nowMs,
        origin: `request after ${made} impressions`,
      };
      const due = dueClicks(waiting, newestMs, batchSize);
      if (due.length === 0)
        return impressionsRequest(
          Array.from({ length: batchSize }, () => impression(nowMs)),
          identity,
        );
      for (const { campaigner } of due) count(campaigner, 'clicks');
      return clicksRequest(
        due.map(({ click }) => click),
        identity,
      );
    },
    checks: [countsOfCampaigns(counts)],
  };
}

interface WaitingClick {
  readonly click: Click;
  /** Whose clicks it adds to; none, if it must not count. */
  readonly campaigner: string | undefined;
  readonly dueMs: number;
}

/** Takes the clicks whose time has come, once they fill a request or have waited; none otherwise. */
function dueClicks(waiting: WaitingClick[], nowMs: number, most: number): WaitingClick[] {
  const due = waiting.filter(({ dueMs }) => dueMs <= nowMs).slice(0, most);
  const oldestMs = Math.min(...due.map(({ dueMs }) => dueMs));
  if (due.length < most && nowMs - oldestMs < LONGEST_GATHERING_MS) return [];
  for (const each of due) waiting.splice(waiting.indexOf(each), 1);
  return due;
}

function chosen(random: SeededRandom, weights: readonly number[]): Campaign {
  let left = random.next();
  const found = CAMPAIGNS.find((_campaign, rank) => (left -= weights[rank] ?? 0) < 0) ?? CAMPAIGNS.at(-1);
  if (found === undefined) throw new Error('there are no campaigns');
  return found;
}

/** What a campaign had before, with what was sent: double clicks and clicks without impression are not in it. */
function countsOfCampaigns(
  added: ReadonlyMap<string, { readonly impressions: number; readonly clicks: number }>,
): LoadCheck {
  const plus = (before: Facts | undefined, name: string, more: number): number => Number(before?.[name] ?? 0) + more;
  return {
    title: 'counts of every campaign',
    things: 'campaigns',
    service: 'campaign-compare',
    concurrency: 4,
    asksBefore: [...added.keys()],
    read: async (campaigner, get) => {
      const answer = (await get(`/campaigns/${encodeURIComponent(campaigner)}`)) as
        { readonly impressions: number; readonly clicks: number } | undefined;
      return answer && { impressions: answer.impressions, clicks: answer.clicks };
    },
    expected: (before) =>
      new Map(
        [...added].map(([id, { impressions, clicks }]) => [
          id,
          {
            impressions: plus(before.get(id), 'impressions', impressions),
            clicks: plus(before.get(id), 'clicks', clicks),
          },
        ]),
      ),
  };
}
