import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { CampaignApi, startCampaigns, type CampaignCounts, type Impression } from '../fixtures/campaign-api.ts';

// Waits end with what is awaited; on a machine that is busy with something else that takes a while.
jest.setTimeout(300_000);

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

const impression = (impressionId: string, campaigner: string, minute = 0, creative = 'banner'): Impression => ({
  impressionId,
  campaigner,
  creative,
  occurredAt: at(minute),
});

interface Compared {
  readonly a: CampaignCounts & { readonly interval: object };
  readonly b: CampaignCounts;
  readonly winner: string | null;
  readonly byHour: { readonly items: readonly { readonly hour: string; readonly test: object | null }[] };
}

describe('campaign-compare', () => {
  let broker: RunningBroker;
  let running: RunningService;
  let api: CampaignApi;

  beforeAll(async () => {
    broker = await startBroker({ flush: 'os' });
    // A click must find its impression within it, and a click without one is waited for so long.
    running = await startCampaigns(broker, { CLICK_GRACE_MS: '10000' });
    api = new CampaignApi(running.url);
    await api.whenReady();
    await reportCase();
  });
  afterAll(async () => {
    await running.close();
    await broker.close();
  });

  /** The ten impressions and three clicks of the case; the first one by one, the others as batches. */
  async function reportCase(): Promise<void> {
    const shown = Array.from('AXAAXAXAXA', (letter, index) =>
      impression(`case-${index + 1}`, letter === 'A' ? 'ABC Ltd' : 'XYZ Ltd', index, `creative-${(index % 3) + 1}`),
    );
    const [first, ...others] = shown;
    const answer = await api.send('POST', '/impressions', first);
    expect(answer).toMatchObject({ status: 202, body: { impressionId: 'case-1', status: 'accepted' } });
    await api.impressions(others);
    const clicks = ['case-1', 'case-2', 'case-6'].map((impressionId) => ({ impressionId, occurredAt: at(10) }));
    expect(await api.send('POST', '/clicks', clicks[0])).toMatchObject({ status: 202 });
    await api.clicks(clicks.slice(1));
    await api.whenCounted({ impressions: 10, clicks: 3 });
  }

  const counted = async (campaigner: string): Promise<CampaignCounts | undefined> =>
    (await api.campaigns()).get(campaigner);

  /** The campaign's counts when so many reports have been counted, one way or another. */
  async function countedWhen(campaigner: string, reports: number): Promise<CampaignCounts> {
    for (;;) {
      const counts = await counted(campaigner);
      if (counts !== undefined && reportsIn(counts) >= reports) return counts;
      await delay(50);
    }
  }

  const reportsIn = (counts: CampaignCounts): number =>
    counts.impressions + counts.duplicateImpressions + counts.clicks + counts.duplicateClicks + counts.lateClicks;

  /** Time goes on by what arrives, in every partition. */
  async function untilOrphaned(clicks: number): Promise<void> {
    for (let round = 0; (await api.orphans()) < clicks; round++) {
      await api.impressions(Array.from({ length: 60 }, (_, index) => impression(`tick-${round}-${index}`, 'Ticks')));
      await delay(100);
    }
  }

  it('counts the ten impressions and three clicks of the case', async () => {
    expect(await counted('ABC Ltd')).toMatchObject({ impressions: 6, clicks: 2, clickThroughRate: 2 / 6 });
    expect(await counted('XYZ Ltd')).toMatchObject({ impressions: 4, clicks: 1, clickThroughRate: 0.25 });
  });

  it('counts apart what is reported again, clicks that are too late, and clicks without impression', async () => {
    await api.impressions([impression('again', 'Again Ltd'), impression('again', 'Again Ltd')]);
    await api.clicks([1, 2, 31].map((minute) => ({ impressionId: 'again', occurredAt: at(minute) })));
    await api.clicks([
      { impressionId: 'nobody-saw-this', occurredAt: at(61) },
      { impressionId: 'later', occurredAt: at(5) },
    ]);
    // The click came first and waited.
    await api.impressions([impression('later', 'Again Ltd', 4)]);
    expect(await countedWhen('Again Ltd', 7)).toMatchObject({
      impressions: 2,
      duplicateImpressions: 1,
      clicks: 2,
      duplicateClicks: 1,
      lateClicks: 1,
    });
    await untilOrphaned(1);
    expect((await api.send('GET', '/clicks/orphans')).body).toEqual({
      clicks: 1,
      byHour: [{ hour: at(60), clicks: 1 }],
    });
  });

  it('answers each of a batch, and takes what is right', async () => {
    const future = new Date(Date.now() + 600_000).toISOString();
    const results = await api.batch('impressions', [
      impression('batch-1', 'Batch Ltd'),
      { ...impression('batch-2', 'Batch Ltd'), creative: undefined },
      { ...impression('batch-3', 'Batch Ltd'), occurredAt: future },
      impression('batch-4', 'a|b'),
      impression('batch-5', 'compare'),
      'nonsense',
    ]);
    expect(results.map(({ impressionId, status }) => [impressionId, status])).toEqual([
      ['batch-1', 'accepted'],
      ['batch-2', 'refused'],
      ['batch-3', 'refused'],
      ['batch-4', 'refused'],
      ['batch-5', 'refused'],
      [null, 'refused'],
    ]);
    expect(results[1]?.problem).toMatchObject({ status: 400, type: 'urn:problem-type:headwater:validation-failed' });
    const clicks = Array.from({ length: 1_001 }, (_, index) => ({ impressionId: `c-${index}`, occurredAt: at(0) }));
    for (const wrong of [{ clicks }, { clicks: [] }, { clicks: 1 }, { impressions: clicks }, undefined])
      expect((await api.send('POST', '/clicks/batch', wrong)).status).toBe(400);
  });

  it('compares campaigns, whole, by hour and by creative, and names its methods', async () => {
    const path = '/campaigns/compare?a=ABC%20Ltd&b=XYZ%20Ltd';
    const { status, body } = await api.send<Compared>('GET', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      a: { campaigner: 'ABC Ltd', impressions: 6, clicks: 2, interval: { low: expect.closeTo(0.0968, 4) } },
      b: { campaigner: 'XYZ Ltd', impressions: 4, clicks: 1 },
      difference: { value: expect.closeTo(1 / 12, 10), low: expect.closeTo(-0.4245, 4) },
      test: { method: 'Fisher’s exact', pValue: expect.closeTo(1, 10), significant: false },
      winner: null,
      methods: { interval: 'Wilson score', difference: 'Newcombe hybrid score', confidence: 0.95 },
      byHour: { correction: 'Holm', looks: 1, items: [{ hour: at(0), a: { impressions: 6 }, b: { impressions: 4 } }] },
      byCreative: { correction: 'Holm', items: [{ creative: 'creative-1' }, {}, {}] },
    });
    expect((await api.send('GET', `${path}&confidence=0.99`)).body).toMatchObject({ methods: { confidence: 0.99 } });
    expect((await api.send('GET', '/campaigns/compare?a=ABC%20Ltd&b=ABC%20Ltd')).status).toBe(400);
    expect((await api.send('GET', '/campaigns/compare?a=ABC%20Ltd&b=Nobody')).status).toBe(404);
    expect((await api.send('GET', `${path}&confidence=2`)).status).toBe(400);
  });

  it('pages through campaigns, and tells when one is as it was', async () => {
    // The last that an earlier test reported of a new campaign: from here on there are as many.
    await countedWhen('Batch Ltd', 1);
    const all = [...(await api.campaigns()).keys()];
    expect([...(await api.campaigns(1)).keys()]).toEqual(all);
    expect(all).toEqual(all.toSorted());
    expect((await api.send('GET', '/campaigns?cursor=nonsense')).status).toBe(400);
    const first = await api.send('GET', '/campaigns/ABC%20Ltd');
    expect(first.body).toMatchObject({ byHour: [{ hour: at(0), impressions: 6, clicks: 2 }] });
    const etag = first.headers.get('etag')!;
    expect((await api.send('GET', '/campaigns/ABC%20Ltd', undefined, { 'if-none-match': etag })).status).toBe(304);
    expect((await api.send('GET', '/campaigns/ABC%20Ltd', undefined, { 'if-none-match': '"0"' })).status).toBe(200);
    expect((await api.send('GET', '/campaigns/Nobody')).status).toBe(404);
  });

  it('shows what it counted among its metrics', async () => {
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/^campaign_reports_total\{.*outcome="lateClicks".*\} 1$/m);
    expect(metrics).toMatch(/^streams_/m);
  });
});
