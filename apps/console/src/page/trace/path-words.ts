const MOST_CHARACTERS = 1200;

/** A value as JSON, cut to what a step shows. */
export function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** How long after the beginning: "12 ms later". */
export function after(began: string, at: string): string {
  const milliseconds = Date.parse(at) - Date.parse(began);
  if (Number.isNaN(milliseconds)) return '';
  if (milliseconds <= 0) return 'at once';
  return milliseconds < 10_000 ? `${milliseconds} ms later` : `${Math.round(milliseconds / 1000)} s later`;
}
