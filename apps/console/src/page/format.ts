/** Numbers as the page shows them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** All digits, grouped: 12,345. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** At most four digits: 12.3K. */
export function formatShort(value: number): string {
  return value < 10_000 ? whole.format(value) : short.format(value);
}

/** Per second: one decimal below ten, so that a slow topic does not read as a still one. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 10) return perSecond < 0.1 ? '<0.1' : perSecond.toFixed(1);
  return formatShort(perSecond);
}
