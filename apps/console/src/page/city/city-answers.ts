/** What gettaxi-dispatch and gettaxi-pricing answer, as far as the page shows it. */

export const DISPATCH = '/api/services/gettaxi-dispatch';
export const PRICING = '/api/services/gettaxi-pricing';

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Zone {
  /** Index of an H3 cell. */
  readonly zone: string;
  readonly center: Place;
  readonly boundary: readonly Place[];
  readonly windowStart: string | null;
  /** Rides that were requested, and taxis that were free, in the window. */
  readonly demand: number;
  readonly supply: number;
  readonly signal: number;
  /** What a ride costs, as a multiple of the meter. */
  readonly surge: number;
}

export interface Zones {
  readonly zones: readonly Zone[];
}

export interface Taxi extends Place {
  readonly taxiId: string;
  readonly available: boolean;
  readonly rideId: string | null;
}

export interface Taxis {
  readonly items: readonly Taxi[];
  readonly truncated: boolean;
}

export type RideStatus = 'requested' | 'offered' | 'accepted' | 'underWay';

/** A ride that is not over. */
export interface Ride {
  readonly rideId: string;
  readonly userId: string;
  readonly status: RideStatus;
  readonly pickup: Place;
  readonly dropOff: Place | null;
  readonly taxiId: string | null;
  readonly offers: number;
  readonly requestedAt: string;
}

export interface Rides {
  readonly items: readonly Ride[];
}

export interface Quote {
  readonly quoteId: string;
  readonly zone: string;
  readonly surge: number;
  readonly estimatedFare: string;
  readonly currency: string;
  readonly expiresAt: string;
}

/** Demand and supply of a zone, or of the whole city, as the page saw them. */
export interface DemandSample {
  readonly atMs: number;
  readonly demand: number;
  readonly supply: number;
}

/** How a state of a ride is told. */
export const RIDE_WORDS: Readonly<Record<RideStatus, string>> = {
  requested: 'Looking for a taxi',
  offered: 'A driver is asked',
  accepted: 'The taxi comes',
  underWay: 'Under way',
};
