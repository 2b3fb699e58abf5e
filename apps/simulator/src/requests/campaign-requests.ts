/** Requests of CampaignCompare's API, which the recording and synthetic load share. */
import { type TraceEvent } from '../replay/trace.ts';
import { refusedItems } from './refused-items.ts';

export const LARGEST_BATCH = 1000;

export interface Impression {
  readonly impressionId: string;
  /** The campaign, by the name of who pays for it. */
  readonly campaigner: string;
  readonly creative: string;
  /** Milliseconds since the epoch. */
  readonly occurredAtMs: number;
}

export type Click = Pick<Impression, 'impressionId' | 'occurredAtMs'>;

type Identity = Pick<TraceEvent, 'idempotencyKey' | 'origin' | 'occurredAtMs'>;

export function impressionsRequest(impressions: readonly Impression[], identity: Identity): TraceEvent {
  return batchRequest('impressions', impressions, identity);
}

/** Clicks may arrive before their impressions. */
export function clicksRequest(clicks: readonly Click[], identity: Identity): TraceEvent {
  return batchRequest('clicks', clicks, identity);
}

function batchRequest(kind: 'impressions' | 'clicks', items: readonly Click[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind,
    chain: identity.idempotencyKey,
    begins: false,
    service: 'campaign-compare',
    method: 'POST',
    path: `/${kind}/batch`,
    body: {
      [kind]: items.map(({ occurredAtMs, ...item }) => ({ ...item, occurredAt: new Date(occurredAtMs).toISOString() })),
    },
    count: items.length,
    refusedItems,
  };
}
