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

/** A window of a zone. */
export interface ZoneWindow {
  readonly windowStart: string;
  readonly demand: number;
  readonly supply: number;
}

export interface ZoneWindows {
  /** The earliest first. */
  readonly items: readonly ZoneWindow[];
}

/** A ride as dispatch answers it, until it is paid. */
export interface OrderedRide extends Omit<Ride, 'status'> {
  readonly status: RideStatus | 'completed' | 'paid' | 'cancelled' | 'unfulfilled';
}

export interface Fare {
  readonly amount: string;
  readonly currency: string;
  readonly entry: string;
  readonly metered: string;
  readonly night: string;
  readonly tax: string;
  readonly surge: number;
  /** The quote that was honored; null for none. */
  readonly quoteId: string | null;
}

/** Demand and supply: of the whole city as the page saw them, or of a window of a zone. */
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
