/**
 * The drill of GetTaxi: riders ask for rides, drivers accept, decline, stay silent, call off or carry them, while every process (broker,
 * PostgreSQL, two instances of gettaxi-dispatch) is killed with SIGKILL, again and again, in an order and at moments that a seed chooses,
 * and started again. At no moment does a taxi belong to two rides; every ride ends; and `ride_events` tells what the event store has.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TaxiStage, taxiParts } from '../../taxi/index.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { Passenger, type RideEnd } from './passenger.ts';
import { compareRides, PromiseWatch } from './ride-outcome.ts';
import { TaxiRank } from './taxi-rank.ts';

const longestGapMs = 400;

export const ridesDrill: Drill = {
  name: 'rides',
  about:
    'every process of dispatch is killed again and again while rides are asked for; no taxi has two, and each ride ends',
  details:
    'Riders want rides of few taxis through two instances of gettaxi-dispatch; drivers accept, decline, let offers expire, call off, carry.\n' +
    'In each round every process is killed with SIGKILL, at a moment that the seed chooses, and started again. All the while no taxi may\n' +
    'belong to two rides. Afterwards every ride has ended, every taxi is free, positions that were acknowledged are on their topic, and\n' +
    'ride_events has the events of the store, in their order.',
  options: [
    { name: 'rounds', standard: 5, about: 'how often every process is killed' },
    { name: 'rides', standard: 600, about: 'how many rides are asked for' },
    { name: 'taxis', standard: 40, about: 'how many taxis there are' },
    { name: 'riders', standard: 60, about: 'how many riders ask at the same time' },
  ],
  run: runDrill,
};

async function runDrill({ numbers, seed, folder, onProgress }: DrillRun): Promise<Summary> {
  const { rounds = 5, rides = 600, taxis = 40, riders = 60 } = numbers;
  const random = new Random(seed);
  const dispatch = { OFFER_SECONDS: '1', SEARCH_SECONDS: '5', MAX_OFFERS: '4' };
  await using stage = await TaxiStage.start({ folder: join(folder, 'taxi'), dispatch });
  const rank = new TaxiRank(stage, taxis, random.fork());
  await rank.parkAll();

  const watch = new PromiseWatch(stage);
  const ends = new Map<RideEnd, number>();
  let started = 0;
  let over = 0;
  const moments = new Set(random.shuffle(Array.from({ length: rides }, (_, ride) => ride)).slice(0, rounds));
  let killing: Promise<unknown> = Promise.resolve();
  let kills = 0;
  const killRandom = random.fork();
  const passengers = Array.from({ length: riders }, async (_, rider) => {
    const own = new Random(seed + rider + 1);
    while (started < rides) {
      const ride = started;
      started += 1;
      // A round begins when the one before is over; rides go on during it.
      if (moments.has(ride))
        killing = killing.then(() => killAll(stage, killRandom)).then((killed) => (kills += killed));
      const end = await new Passenger(stage, rank, watch, own).ride(`ride-${seed}-${ride}`);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      over += 1;
      onProgress(`${over} of ${rides} rides are over, ${kills} kills`);
    }
  });
  try {
    await Promise.all(passengers);
    await killing;
  } finally {
    await watch.close();
  }
  onProgress('comparing store and topics');
  const compared = await compareRides(stage, rides, rank.acknowledged);
  return { 'processes killed': kills, ...Object.fromEntries(ends), 'looks at promises': watch.looks, ...compared };
}

/** Each comes back before the next goes, or while others go, as it happens. @returns how many were killed */
async function killAll(stage: TaxiStage, random: Random): Promise<number> {
  const revivals: Promise<void>[] = [];
  for (const part of random.shuffle(taxiParts)) {
    await delay(random.below(longestGapMs));
    await stage.kill(part);
    revivals.push(delay(random.below(longestGapMs)).then(() => stage.revive(part)));
  }
  await Promise.all(revivals);
  return taxiParts.length;
}
