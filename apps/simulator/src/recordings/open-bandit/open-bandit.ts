import { type Check, type Facts } from '../../verify/check.ts';
import { type RecordingKind } from '../recording.ts';
import { FILES, readOpenBandit, traceOf, type Shown } from './read-open-bandit.ts';

/** CampaignCompare's recording: counts of every campaign must be those of the files, also by hour and by creative. */
export const openBandit: RecordingKind = {
  title: 'Open Bandit',
  files: FILES,
  read: async (folder) => {
    const recording = await readOpenBandit(folder);
    return { trace: traceOf(recording), checks: [countsOfCampaigns(recording.shown)] };
  },
};

function countsOfCampaigns(shown: readonly Shown[]): Check {
  const campaigns = Map.groupBy(shown, ({ campaigner }) => campaigner);
  return {
    title: 'counts of every campaign',
    things: 'campaigns',
    service: 'campaign-compare',
    concurrency: 4,
    expected: new Map([...campaigns].map(([campaigner, its]) => [campaigner, plainCount(its)])),
    read: async (campaigner, get) => {
      const answer = (await get(`/campaigns/${encodeURIComponent(campaigner)}`)) as Campaign | undefined;
      return answer && factsOf(answer);
    },
  };
}

interface Counts {
  readonly impressions: number;
  readonly clicks: number;
}

interface Campaign extends Counts {
  readonly byHour: readonly (Counts & { readonly hour: string })[];
  readonly byCreative: readonly (Counts & { readonly creative: string })[];
}

function plainCount(shown: readonly Shown[]): Facts {
  const slices = (nameOf: (each: Shown) => string) =>
    [...Map.groupBy(shown, nameOf)].map(([name, its]) => ({ name, ...countsOf(its) }));
  const hours = slices(({ occurredAtMs }) => new Date(occurredAtMs).toISOString().slice(0, 13));
  return {
    ...countsOf(shown),
    'by hour': sliceText(hours),
    'by creative': sliceText(slices(({ creative }) => creative)),
  };
}

function countsOf(shown: readonly Shown[]): Counts {
  return { impressions: shown.length, clicks: shown.filter(({ isClicked }) => isClicked).length };
}

function factsOf({ impressions, clicks, byHour, byCreative }: Campaign): Facts {
  return {
    impressions,
    clicks,
    'by hour': sliceText(byHour.map(({ hour, ...counts }) => ({ name: hour.slice(0, 13), ...counts }))),
    'by creative': sliceText(byCreative.map(({ creative, ...counts }) => ({ name: creative, ...counts }))),
  };
}

/** `2019-11-24T00 60/1`, impressions and clicks, in order of names. */
function sliceText(slices: readonly (Counts & { readonly name: string })[]): string {
  return slices
    .map(({ name, impressions, clicks }) => `${name} ${impressions}/${clicks}`)
    .toSorted()
    .join(', ');
}
