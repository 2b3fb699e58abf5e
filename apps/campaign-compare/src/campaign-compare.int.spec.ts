import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { CampaignApi, startCampaigns, type CampaignCounts, type Impression } from '../fixtures/campaign-api.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

const impression = (impressionId: string, campaigner: string, minute = 0, creative = 'banner'): Impression => ({
  impressionId,
  campaigner,
  creative,
  occurredAt: at(minute),
});

describe('campaign-compare', () => {
  let broker: RunningBroker;
  let running: RunningService;
  let api: CampaignApi;

  beforeAll(async () => {
    broker = await startBroker({ flush: 'os' });
    running = await startCampaigns(broker, { CLICK_GRACE_MS: '1000' });
    api = new CampaignApi(running.url);
    await api.whenReady();
  });
  afterAll(async () => {
    await running.close();
    await broker.close();
  });

  const counted = async (campaigner: string): Promise<CampaignCounts | undefined> =>
    (await api.campaigns()).get(campaigner);

  it('counts the ten impressions and three clicks of the case', async () => {
    const shown = [...'AXAAXAXAXA'].map((letter, index) =>
      impression(`case-${index + 1}`, letter === 'A' ? 'ABC Ltd' : 'XYZ Ltd', index),
    );
    const [single, ...others] = shown;
    expect(await api.send('POST', '/impressions', single)).toMatchObject({
      status: 202,
      body: { impressionId: 'case-1', status: 'accepted' },
    });
    await api.impressions(others);
    for (const impressionId of ['case-1', 'case-2', 'case-6'])
      expect(await api.send('POST', '/clicks', { impressionId, occurredAt: at(10) })).toMatchObject({ status: 202 });
    await api.whenCounted({ impressions: 10, clicks: 3 });
    expect(await counted('ABC Ltd')).toMatchObject({ impressions: 6, clicks: 2, clickThroughRate: 2 / 6 });
    expect(await counted('XYZ Ltd')).toMatchObject({ impressions: 4, clicks: 1, clickThroughRate: 0.25 });
  });
});
