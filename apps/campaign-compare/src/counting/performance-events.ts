/** Counts of slices as the events of the topics that tell them. An event's id is the slice and its counts: they only grow. */
import {
  campaignPerformance,
  campaignSlice,
  orphanClicks,
  type CampaignPerformance,
  type CampaignSlice,
  type OrphanClicks,
} from '@headwater/contracts';
import { countedKinds } from './outcome.ts';
import type { Counts } from './counts.ts';
import type { Slice } from './slice.ts';

const stateOf = (key: string, counts: Counts): string => [key, ...countedKinds.map((kind) => counts[kind])].join('|');

type SliceOf<Of extends Slice['of']> = Extract<Slice, { readonly of: Of }>;

export function performanceOf({ campaigner }: SliceOf<'campaign'>, { newestMs, ...counts }: Counts) {
  const eventId = stateOf(campaigner, { newestMs, ...counts });
  const value: CampaignPerformance = { eventId, campaigner, ...counts, occurredAt: new Date(newestMs) };
  return { name: campaignPerformance.name, value } as const;
}

export function partOf({ campaigner, dimension, value: part }: SliceOf<'part'>, counts: Counts) {
  const { impressions, clicks, newestMs } = counts;
  const eventId = stateOf(`${campaigner}|${dimension}|${part}`, counts);
  const occurredAt = new Date(newestMs);
  const value: CampaignSlice = { eventId, campaigner, dimension, value: part, impressions, clicks, occurredAt };
  return { name: campaignSlice.name, value } as const;
}

export function orphansOf({ hour }: SliceOf<'orphans'>, { clicks, newestMs }: Counts) {
  const value: OrphanClicks = { eventId: `${hour}|${clicks}`, hour, clicks, occurredAt: new Date(newestMs) };
  return { name: orphanClicks.name, value } as const;
}
