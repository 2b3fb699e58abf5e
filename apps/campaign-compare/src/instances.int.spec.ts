/** Counts while instances come and go: exactly those of what was reported. */
import { expect, it, jest } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { CampaignApi, startCampaigns, type CampaignCounts } from '../fixtures/campaign-api.ts';

// Waits end with what is awaited; on a machine that is busy with something else that takes a while.
jest.setTimeout(300_000);

const campaigners = ['Hot Ltd', 'Cold Ltd'];
const rounds = 4;
const impressionsPerRound = 500;
const startMs = Date.UTC(2026, 0, 1);

describeOnEveryEngine(
  'campaign-compare, instances that come and go',
  (broker) => {
    it('counts every report once', async () => {
      const start = async (): Promise<RunningService> => {
        const running = await startCampaigns(broker);
        await new CampaignApi(running.url).whenReady();
        return running;
      };
      const expected = new Map(campaigners.map((campaigner) => [campaigner, { impressions: 0, clicks: 0, again: 0 }]));
      const report = async (url: string, round: number): Promise<void> => {
        const api = new CampaignApi(url);
        const impressions = Array.from({ length: impressionsPerRound }, (_, index) => ({
          impressionId: `i-${round}-${index}`,
          campaigner: campaigners[index % 50 === 0 ? 1 : 0]!,
          creative: `creative-${index % 4}`,
          occurredAt: new Date(startMs + index * 20_000).toISOString(),
        }));
        const clicked = impressions.filter((_, index) => index % 10 === 0);
        const again = impressions.slice(0, 20);
        for (const { campaigner } of impressions) expected.get(campaigner)!.impressions += 1;
        for (const { campaigner } of clicked) expected.get(campaigner)!.clicks += 1;
        for (const { campaigner } of again) expected.get(campaigner)!.again += 1;
        const clicks = clicked.map(({ impressionId, occurredAt }) => ({ impressionId, occurredAt }));
        await Promise.all([api.impressions([...impressions, ...again]), api.clicks(clicks)]);
      };

      let instances = [await start()];
      for (let round = 0; round < rounds; round++) {
        const reporting = report(instances[0]!.url, round);
        // One comes, then the older one goes, then that again: partitions move under the traffic each time.
        if (round % 2 === 0) instances.push(await start());
        await reporting;
        if (round % 2 === 1) await instances.shift()!.close();
      }
      const last = new CampaignApi(instances.at(-1)!.url);
      const sum = (of: 'impressions' | 'clicks' | 'again') =>
        [...expected.values()].reduce((total, each) => total + each[of], 0);
      await last.whenCounted({ impressions: sum('impressions') + sum('again'), clicks: sum('clicks') });
      const told = (counts: CampaignCounts | undefined) => ({
        impressions: counts?.impressions,
        clicks: counts?.clicks,
        again: counts?.duplicateImpressions,
      });
      const campaigns = await last.campaigns();
      for (const [campaigner, counts] of expected) expect(told(campaigns.get(campaigner))).toEqual(counts);

      // One that starts alone reads the same from the topics.
      await Promise.all(instances.map((instance) => instance.close()));
      instances = [await start()];
      const fresh = await new CampaignApi(instances[0]!.url).campaigns();
      for (const [campaigner, counts] of expected) expect(told(fresh.get(campaigner))).toEqual(counts);
      await instances[0]!.close();
    });
  },
  { own: true },
);
