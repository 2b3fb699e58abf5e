import type avro from 'avsc';

const shownLength = 100;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  // A function and the like have no JSON.
  const text = (json as string | undefined) ?? typeof value;
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

/** What does not fit the type, one clause for each place; empty when all does. */
export function wrongValues(type: avro.Type, value: unknown): string {
  const wrong: string[] = [];
  type.isValid(value, {
    errorHook: (path, found, expected) => {
      const expectation = (expected as unknown as { expectation?: string }).expectation ?? expected.toString();
      wrong.push(`${path.join('.') || 'the value'} must be ${expectation}, got ${shown(found)}`);
    },
  });
  return wrong.join('; ');
}
