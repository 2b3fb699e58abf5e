/** Requests of MovieFlix's API, which recordings and synthetic load share. */
import { type TraceEvent } from '../replay/trace.ts';
import { refusedItems } from './refused-items.ts';

export const SHOWS_CHAIN = 'shows';
export const LARGEST_BATCH = 500;

/** A show, as the catalogue takes it. */
export interface Show {
  readonly showId: string;
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

/** How far somebody is in a show. */
export interface Position {
  readonly userId: string;
  readonly showId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  /** Milliseconds since the epoch. */
  readonly occurredAtMs: number;
}

type Identity = Pick<TraceEvent, 'idempotencyKey' | 'origin' | 'occurredAtMs'>;

/** Shows of the catalogue; positions wait for all of them. */
export function showsRequest(shows: readonly Show[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'shows',
    chain: SHOWS_CHAIN,
    begins: true,
    service: 'movieflix-recommendation',
    method: 'PUT',
    path: '/shows',
    body: { shows },
    count: shows.length,
  };
}

/** Positions of one batch: of two for one show the later one holds, in whatever order batches arrive. */
export function positionsRequest(positions: readonly Position[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'positions',
    chain: identity.idempotencyKey,
    begins: false,
    after: SHOWS_CHAIN,
    service: 'movieflix-resume',
    method: 'POST',
    path: '/positions',
    body: {
      positions: positions.map(({ occurredAtMs, ...position }) => ({
        ...position,
        occurredAt: new Date(occurredAtMs).toISOString(),
      })),
    },
    count: positions.length,
    refusedItems,
  };
}
