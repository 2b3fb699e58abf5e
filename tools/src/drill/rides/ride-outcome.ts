/** What must hold of rides and taxis: looked at all the while, and compared at the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { taxiPosition, topics } from '@headwater/contracts';
import { TopicReader } from '@headwater/testkit';
import { readTopic } from '../../bank/index.ts';
import type { RideAnswer, TaxiStage } from '../../taxi/index.ts';
import type { Summary } from '../drill.ts';
import { promise, Violation } from '../violation.ts';

const lookMs = 50;
const longestWaitMs = 120_000;

const oneRideEach = 'no taxi belongs to two rides';

/** Looks again and again, in the tables and in what riders and drivers are told, whether a taxi belongs to two rides. */
export class PromiseWatch {
  looks = 0;
  private readonly holders = new Map<string, string>();
  private readonly closing = new AbortController();
  private failure: unknown;
  private readonly looking: Promise<void>;

  constructor(private readonly stage: TaxiStage) {
    this.looking = this.lookAgain();
  }

  /** A ride was answered. From its acceptance until somebody asks for its end, its taxi is its own. */
  heard({ rideId, status, taxiId }: RideAnswer): void {
    if (this.failure !== undefined) throw this.failure as Error;
    if (taxiId === null || (status !== 'offered' && status !== 'accepted' && status !== 'underWay')) return;
    const holder = this.holders.get(taxiId) ?? rideId;
    promise(holder === rideId, oneRideEach, () => `${taxiId} of ${holder} is ${status} for ${rideId}`);
    if (status !== 'offered') this.holders.set(taxiId, rideId);
  }

  mayBeFree({ rideId, taxiId }: RideAnswer): void {
    if (taxiId !== null && this.holders.get(taxiId) === rideId) this.holders.delete(taxiId);
  }

  /** @throws Violation when a taxi had two rides. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.looking;
    if (this.failure !== undefined) throw this.failure as Error;
  }

  private async lookAgain(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        // A database that was killed says nothing.
        if (error instanceof Violation) this.failure = error;
      }
      await delay(lookMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const twice = await this.stage.tables<{ taxi_id: string; rides: string[] }>(
      `SELECT state->>'taxiId' AS taxi_id, array_agg(ride_id) AS rides FROM rides
       WHERE status IN ('offered', 'accepted', 'underWay') GROUP BY 1 HAVING count(*) > 1`,
    );
    this.looks += 1;
    promise(twice.length === 0, oneRideEach, () => JSON.stringify(twice));
  }
}

/** @throws Violation */
export async function compareRides(
  stage: TaxiStage,
  rides: number,
  acknowledged: ReadonlySet<string>,
): Promise<Summary> {
  const [left] = await stage.tables<{ rides: number; active: number; promised: number }>(
    `SELECT count(*)::int AS rides, count(*) FILTER (WHERE active OR due_at IS NOT NULL)::int AS active,
       (SELECT count(*)::int FROM promised_taxis) AS promised FROM rides`,
  );
  promise(left!.rides === rides, 'every request makes one ride', () => `${left!.rides} rides of ${rides} requests`);
  promise(left!.active === 0, 'every ride ends', () => `${left!.active} rides have not`);
  promise(left!.promised === 0, 'the end of a ride frees its taxi', () => `${left!.promised} taxis are not free`);
  const events = await compareEvents(stage);
  const positions = await readTopic(stage.bootstrapServers, topics.taxiPosition, taxiPosition);
  const recorded = new Set(positions.map(({ taxiId, occurredAt }) => `${taxiId}@${occurredAt.toISOString()}`));
  const lost = acknowledged.difference(recorded);
  promise(lost.size === 0, 'nothing acknowledged is lost', () => `${lost.size} positions, such as ${[...lost][0]}`);
  return { rides, 'events, equal in store and topic': events, 'positions acknowledged': acknowledged.size };
}

/** @returns how many events there are */
async function compareEvents(stage: TaxiStage): Promise<number> {
  const stored = await stage.tables<{ ride_id: string; event_id: string }>(
    `SELECT substr(stream_id, 6) AS ride_id, event_id FROM events ORDER BY stream_id, version`,
  );
  const inStore = Map.groupBy(stored, (event) => event.ride_id);
  await using reader = await TopicReader.start(stage, [topics.rideEvents]);
  const told = (): Map<string, Set<string>> => {
    const ofRides = new Map<string, Set<string>>();
    // A relay that was killed tells again what it had told: the first time counts.
    for (const { value } of reader.seen<{ rideId: string; eventId: string }>(topics.rideEvents, () => true))
      ofRides.set(value.rideId, (ofRides.get(value.rideId) ?? new Set()).add(value.eventId));
    return ofRides;
  };
  const deadlineMs = performance.now() + longestWaitMs;
  let onTopic = told();
  const count = (): number => onTopic.values().reduce((sum, events) => sum + events.size, 0);
  while (count() < stored.length && performance.now() < deadlineMs) {
    await delay(lookMs);
    onTopic = told();
  }
  promise(count() === stored.length, 'the topic has the events of the store', () => `${count()} of ${stored.length}`);
  for (const [rideId, events] of inStore) {
    const [expected, found] = [events.map((event) => event.event_id), [...(onTopic.get(rideId) ?? [])]];
    const isSame = expected.join() === found.join();
    promise(
      isSame,
      'events of a ride are told in their order',
      () => `${rideId}: ${found.join()}, not ${expected.join()}`,
    );
  }
  return stored.length;
}
