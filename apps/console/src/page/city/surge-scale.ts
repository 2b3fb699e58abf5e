/** Surge in steps, for the colors of the map and its legend; `var(--surge-N)` is the color of step N. */
const STEPS = [
  { from: 0, words: 'no surge' },
  { from: 1.05, words: 'from 1.05' },
  { from: 1.25, words: 'from 1.25' },
  { from: 1.5, words: 'from 1.5' },
  { from: 2, words: 'from 2' },
] as const;

export const SURGE_STEPS = STEPS.map(({ words }, step) => ({ step, words }));

export function surgeStep(surge: number): number {
  return STEPS.findLastIndex(({ from }) => surge >= from);
}

/** 1.4 -> `1.4×`, 1.25 -> `1.25×`. */
export function surgeText(surge: number): string {
  const hundredths = Math.round(surge * 100);
  return `${(hundredths / 100).toFixed(hundredths % 10 === 0 ? 1 : 2)}×`;
}
