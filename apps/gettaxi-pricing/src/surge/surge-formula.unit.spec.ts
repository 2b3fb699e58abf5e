import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rawSurge, roundedSurge, smoothedSurge, type SurgeFormula } from './surge-formula.ts';

const formula: SurgeFormula = { balance: 0.5, prior: 4, sensitivity: 1, smoothing: 0.5, cap: 3 };
const counts = fc.record({ demand: fc.nat({ max: 10_000 }), supply: fc.nat({ max: 10_000 }) });

describe('the price of a window', () => {
  it.each([
    { demand: 0, supply: 0, signal: 1, surge: 1 },
    { demand: 10, supply: 20, signal: 1, surge: 1 },
    { demand: 10, supply: 10, signal: 1, surge: 1.71 },
    { demand: 1, supply: 0, signal: 1, surge: 1.5 },
    { demand: 0, supply: 50, signal: 1, surge: 1 },
    { demand: 10, supply: 20, signal: 1.5, surge: 1.5 },
    { demand: 100, supply: 0, signal: 1, surge: 3 },
    { demand: 10, supply: 20, signal: 0.5, surge: 1 },
  ])('is $surge for $demand requests, $supply taxis and a signal of $signal', ({ demand, supply, signal, surge }) => {
    expect(roundedSurge(rawSurge({ demand, supply }, signal, formula))).toBe(surge);
  });

  it('is from 1 to the cap, rises with demand and falls with supply', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.1, max: 10, noNaN: true }), ({ demand, supply }, signal) => {
        const surge = rawSurge({ demand, supply }, signal, formula);
        expect(surge).toBeGreaterThanOrEqual(1);
        expect(surge).toBeLessThanOrEqual(formula.cap);
        expect(rawSurge({ demand: demand + 1, supply }, signal, formula)).toBeGreaterThanOrEqual(surge);
        expect(rawSurge({ demand, supply: supply + 1 }, signal, formula)).toBeLessThanOrEqual(surge);
      }),
    );
  });

  it('goes into the price by its share, and by how much of the window is over', () => {
    expect(smoothedSurge(1, 3, formula)).toBe(2);
    expect(smoothedSurge(2, 1, formula)).toBe(1.5);
    expect(smoothedSurge(1, 3, formula, 0.25)).toBe(1.25);
    expect(smoothedSurge(1, 3, { ...formula, smoothing: 1 })).toBe(3);
  });
});
