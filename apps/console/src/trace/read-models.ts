/** Where services answer about what an event changed, by the event's topic. `{field}` is a field of its value. */

interface ReadModelPlace {
  readonly service: string;
  readonly path: string;
}

const TOTALS: ReadModelPlace = { service: 'social-feed', path: '/posts/{postId}/totals' };
const RIDE: ReadModelPlace = { service: 'gettaxi-dispatch', path: '/rides/{rideId}' };

const PLACES: Readonly<Record<string, readonly ReadModelPlace[]>> = {
  posts: [TOTALS],
  likes: [TOTALS],
  comments: [TOTALS],
  posts_with_counts: [TOTALS],
  show_position: [
    { service: 'movieflix-resume', path: '/users/{userId}/resume' },
    { service: 'movieflix-recommendation', path: '/users/{userId}/profile' },
  ],
  bank_transactions: [{ service: 'mybank-ledger', path: '/accounts/{after.account_id}' }],
  user_settings: [{ service: 'mybank-alerts', path: '/users/{userId}/thresholds' }],
  user_alerts: [{ service: 'mybank-alerts', path: '/users/{userId}/alerts' }],
  ride_events: [RIDE],
  ride_fares: [RIDE],
};

/** Addresses to ask about an event, each at its service. */
export function readModelsOf(topic: string, value: unknown): ReadModelPlace[] {
  return (PLACES[topic] ?? []).flatMap(({ service, path }) => {
    const filled = path.replaceAll(/\{([^}]+)\}/g, (_all, field: string) => encodeURIComponent(fieldOf(value, field)));
    return filled.includes('//') || filled.endsWith('/') ? [] : [{ service, path: filled }];
  });
}

/** The text of a field, or of one within it; empty when it is not there. */
export function fieldOf(value: unknown, path: string): string {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return '';
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}
