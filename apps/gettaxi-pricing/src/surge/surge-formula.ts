/**
 * What a zone costs, as a multiple of the meter:
 *
 *     pressure = (demand + balance * prior) / (balance * (supply + prior))       1 where demand and supply are in balance
 *     raw      = (1 + sensitivity * (pressure - 1)) * signal,                    within 1 and the cap
 *     surge    = surge of the window before + smoothing * (raw - surge of the window before)
 *
 * `balance` is how many requests a free taxi is thought to be enough for; not 1, as the nearest taxi of few is far. `prior` is a number
 * of taxis in balance that every zone has besides what was counted: two requests in a quiet street are no rush hour. `signal` is what is
 * known from outside. Smoothing is exponential, so that a price neither jumps nor flickers: with 0.5, a window's weight is half of that
 * of the next.
 *
 * Sources: additive (Laplace) smoothing of a ratio; exponential smoothing, R. G. Brown, 1956.
 */

/** What was counted in a window. */
export interface ZoneCounts {
  /** Distinct rides that were requested. */
  readonly demand: number;
  /** Distinct taxis that were free. */
  readonly supply: number;
}

/** The figures of the formula, as shares and not as percent. */
export interface SurgeFormula {
  readonly balance: number;
  readonly prior: number;
  readonly sensitivity: number;
  readonly smoothing: number;
  readonly cap: number;
}

/** The price of a window by itself, from 1 to the cap. */
export function rawSurge({ demand, supply }: ZoneCounts, signal: number, formula: SurgeFormula): number {
  const { balance, prior, sensitivity, cap } = formula;
  const pressure = (demand + balance * prior) / (balance * (supply + prior));
  const raised = Math.max(1, 1 + sensitivity * (pressure - 1));
  return Math.min(cap, Math.max(1, raised * signal));
}

/** @param share how much of the window is over, from 0 to 1: a window that has just begun says little. */
export function smoothedSurge(before: number, raw: number, { smoothing }: SurgeFormula, share = 1): number {
  return before + smoothing * share * (raw - before);
}

/** As it is told: hundredths. */
export const roundedSurge = (surge: number): number => Math.round(surge * 100) / 100;
