/** What units and circumstances cost, in whole hundredths of the currency: (entry + units) * surge + night + tax. */
import { Injectable } from '@nestjs/common';
import { fullUnits, metersPerMile, unitsOfRide } from './meter.ts';
import { RateCardConfig } from './rate-card.config.ts';
import { metersBetween, type TrackRules } from './track.ts';
import { type Place } from '../zone/zones.ts';

/** A fare and what it is made of, in hundredths. */
export interface Fare {
  readonly units: number;
  readonly entryCents: number;
  readonly meteredCents: number;
  readonly nightCents: number;
  readonly taxCents: number;
  readonly surge: number;
  readonly totalCents: number;
}

const msPerHour = 3_600_000;

@Injectable()
export class RateCard {
  readonly track: TrackRules;
  readonly currency: string;
  private readonly hourOf: Intl.DateTimeFormat;

  /** @throws {RangeError} for a time zone that nobody knows */
  constructor(private readonly config: RateCardConfig) {
    this.currency = config.fareCurrency;
    this.track = {
      unitMeters: metersPerMile / config.fareUnitsPerMile,
      unitMs: config.fareUnitSeconds * 1_000,
      maxMetersPerMs: (config.fareMaxSpeedMph * metersPerMile) / msPerHour,
      gapMs: config.fareGapSeconds * 1_000,
    };
    this.hourOf = new Intl.DateTimeFormat('en-US', {
      hour: 'numeric',
      hourCycle: 'h23',
      timeZone: config.fareTimeZone,
    });
  }

  /** @param units of the meter, fractions included. @param beginsAt says whether it is night. */
  fareOf(units: number, surge: number, beginsAt: Date): Fare {
    const { fareEntryCents, fareUnitCents, fareTaxCents, fareNightCents } = this.config;
    const full = fullUnits(units);
    const meteredCents = full * fareUnitCents;
    const nightCents = this.isNight(beginsAt) ? fareNightCents : 0;
    const totalCents = Math.round((fareEntryCents + meteredCents) * surge) + nightCents + fareTaxCents;
    return {
      units: full,
      entryCents: fareEntryCents,
      meteredCents,
      nightCents,
      taxCents: fareTaxCents,
      surge,
      totalCents,
    };
  }

  /** What a ride will cost, about. */
  estimate(from: Place, to: Place, surge: number, beginsAt: Date): Fare {
    const { quoteDetourPercent, quoteSpeedMph } = this.config;
    const meters = (metersBetween(from, to) * quoteDetourPercent) / 100;
    const durationMs = (meters / metersPerMile / quoteSpeedMph) * msPerHour;
    return this.fareOf(unitsOfRide(meters, durationMs, this.track), surge, beginsAt);
  }

  private isNight(at: Date): boolean {
    const { fareNightFromHour: from, fareNightUntilHour: until } = this.config;
    const hour = Number(this.hourOf.format(at));
    return from <= until ? hour >= from && hour < until : hour >= from || hour < until;
  }
}

/** Hundredths as a decimal: 350 is 3.50. */
export const amountOf = (cents: number): string => (cents / 100).toFixed(2);
