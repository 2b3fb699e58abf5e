import { latLngToCell } from 'h3-js';
import { DISPATCH, PRICING, type TimedPlace } from '../../requests/gettaxi-requests.ts';
import { type Check, type Facts } from '../../verify/check.ts';
import { readPages } from '../../verify/read-pages.ts';
import { type RecordingKind } from '../recording.ts';
import { METER_EVERY_MS, FILES, readNycTaxi, traceOf, type Trip } from './read-nyc-taxi.ts';

/**
 * GetTaxi's recording: every ride must be paid for, its meter must have run as long as the file says, fares must be near
 * those of the file, and demand and supply of every zone and window what a plain count gives.
 */
export const nycTaxi: RecordingKind = {
  title: 'New York taxi trips',
  files: FILES,
  read: async (folder) => {
    const recording = await readNycTaxi(folder);
    const { trips } = recording;
    const fares = new Map<string, Fare>();
    return {
      trace: traceOf(recording),
      checks: [states(trips), meters(trips, fares), faresOfAll(trips, fares), demandAndSupply(trips)],
    };
  },
};

function states(trips: readonly Trip[]): Check {
  return {
    title: 'states of all rides',
    things: 'rides',
    service: DISPATCH,
    concurrency: 16,
    expected: new Map(trips.map(({ rideId, userId }) => [rideId, { rider: userId, status: 'paid' }])),
    read: async (rideId, get) => {
      const answer = (await get(`/rides/${rideId}`)) as
        { readonly userId: string; readonly status: string } | undefined;
      return answer && { rider: answer.userId, status: answer.status };
    },
  };
}

/** A fare, as far as it is compared. */
interface Fare {
  readonly entry: string;
  readonly metered: string;
  readonly durationMs: number;
  readonly positions: number;
}

/** How long each meter ran, and by how many positions. */
function meters(trips: readonly Trip[], fares: Map<string, Fare>): Check {
  const expected = trips.map(({ rideId, pickup, dropOff }): [string, Facts] => {
    const durationMs = dropOff.occurredAtMs - pickup.occurredAtMs;
    return [rideId, { seconds: durationMs / 1000, positions: Math.ceil(durationMs / METER_EVERY_MS) + 1 }];
  });
  return {
    title: 'meters of all rides',
    things: 'rides',
    service: PRICING,
    concurrency: 16,
    expected: new Map(expected),
    read: async (rideId, get) => {
      const fare = (await get(`/rides/${rideId}/fare`)) as Fare | undefined;
      if (fare === undefined) return undefined;
      fares.set(rideId, fare);
      return { seconds: fare.durationMs / 1000, positions: fare.positions };
    },
  };
}

const MEDIAN_DOLLARS = 0.5;
const NINETIETH_DOLLARS = 2;

/** Fares by distance and time against what the meters showed, all of them together. */
function faresOfAll(trips: readonly Trip[], fares: ReadonlyMap<string, Fare>): Check {
  const within = (dollars: number | undefined, most: number): string =>
    dollars !== undefined && dollars <= most + 1e-9 ? `at most $${most.toFixed(2)}` : `$${dollars?.toFixed(2)}`;
  const names = { median: 'off at the median by', ninetieth: 'off at the 90th percentile by' };
  return {
    title: 'fares against the recorded ones',
    things: 'distribution of differences',
    service: PRICING,
    concurrency: 1,
    expected: new Map([
      [
        'all fares',
        {
          fares: trips.length,
          [names.median]: within(0, MEDIAN_DOLLARS),
          [names.ninetieth]: within(0, NINETIETH_DOLLARS),
        },
      ],
    ]),
    // What the check before this one was answered.
    read: () => {
      const errors = trips
        .flatMap(({ rideId, fareDollars }) => {
          const fare = fares.get(rideId);
          return fare === undefined ? [] : [Math.abs(Number(fare.entry) + Number(fare.metered) - fareDollars)];
        })
        .sort((left, right) => left - right);
      const at = (share: number): number | undefined => errors[Math.ceil(share * errors.length) - 1];
      return Promise.resolve({
        fares: errors.length,
        [names.median]: within(at(0.5), MEDIAN_DOLLARS),
        [names.ninetieth]: within(at(0.9), NINETIETH_DOLLARS),
      });
    },
  };
}

const H3_RESOLUTION = 8;
const WINDOW_MS = 300_000;
/** Prices go on for some windows after the last trip; another load is of another day. */
const DAY_MS = 86_400_000;

interface PricedWindow {
  readonly windowStart: string;
  readonly demand: number;
  readonly supply: number;
}

/** Rides asked for and distinct free taxis of each zone in each window of five minutes, by a plain count over the file. */
function demandAndSupply(trips: readonly Trip[]): Check {
  return {
    title: 'demand and supply of every zone and window',
    things: 'zones',
    service: PRICING,
    concurrency: 8,
    expected: countedZones(trips),
    absence: async (get) => {
      const latestMs = Math.max(...trips.map(({ dropOff }) => dropOff.occurredAtMs));
      const { zones } = ((await get('/zones')) ?? { zones: [] }) as { zones: { windowStart: string | null }[] };
      const later = zones.find(
        ({ windowStart }) => windowStart !== null && Date.parse(windowStart) > latestMs + DAY_MS,
      );
      if (later === undefined) return undefined;
      return `${PRICING} has gone on to ${later.windowStart}, and a window that is past takes nothing more. Start with \`npm start -- --fresh --no-simulator\` to compare it.`;
    },
    read: async (zone, get) => {
      const windows = await readPages<PricedWindow>(`/zones/${zone}/windows`, get);
      return windows && zoneFacts(windows.filter(({ demand, supply }) => demand > 0 || supply > 0));
    },
  };
}

export function countedZones(trips: readonly Trip[]): Map<string, Facts> {
  const zones = new Map<string, Map<number, { demand: number; taxis: Set<string> }>>();
  const windowOf = ({ latitude, longitude, occurredAtMs }: TimedPlace) => {
    const zone = latLngToCell(latitude, longitude, H3_RESOLUTION);
    const windows = zones.get(zone) ?? new Map<number, { demand: number; taxis: Set<string> }>();
    zones.set(zone, windows);
    const startMs = Math.floor(occurredAtMs / WINDOW_MS) * WINDOW_MS;
    const window = windows.get(startMs) ?? { demand: 0, taxis: new Set<string>() };
    windows.set(startMs, window);
    return window;
  };
  for (const { taxiId, pickup, dropOff } of trips) {
    const from = windowOf(pickup);
    from.demand += 1;
    from.taxis.add(taxiId);
    windowOf(dropOff).taxis.add(taxiId);
  }
  return new Map(
    [...zones].map(([zone, windows]) => {
      const all = [...windows].map(([startMs, { demand, taxis }]) => ({
        windowStart: new Date(startMs).toISOString(),
        demand,
        supply: taxis.size,
      }));
      return [zone, zoneFacts(all)];
    }),
  );
}

/** Sums for people, and each window for the comparison. */
function zoneFacts(windows: readonly PricedWindow[]): Facts {
  const sum = (name: 'demand' | 'supply'): number => windows.reduce((total, window) => total + window[name], 0);
  const each = windows.map(({ windowStart, demand, supply }) => `${windowStart.slice(11, 16)} ${demand}/${supply}`);
  return { windows: windows.length, demand: sum('demand'), supply: sum('supply'), each: each.toSorted().join(', ') };
}
