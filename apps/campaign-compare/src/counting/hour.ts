const hourMs = 3_600_000;

let lastHour = Number.NaN;
let lastText = '';

/** The beginning of an instant's hour, ISO 8601 in UTC: `2019-11-24T00:00:00.000Z`. */
export function hourOf(instantMs: number): string {
  const hour = Math.floor(instantMs / hourMs);
  // Records of one time come together, and a date's text is dear.
  if (hour !== lastHour) {
    lastHour = hour;
    lastText = new Date(hour * hourMs).toISOString();
  }
  return lastText;
}
