/** The first release of each line of Node that has all the broker uses: zstd in `node:zlib` came last. Later lines have it. */
const FIRST_MINOR: Readonly<Record<number, number>> = { 22: 15, 23: 8 };
const OLDEST_MAJOR = 22;

/** One line that says which Node is needed; undefined when `version` (as `process.versions.node`) is new enough. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= OLDEST_MAJOR && minor >= (FIRST_MINOR[major] ?? 0)) return undefined;
  return (
    `The broker needs Node ${OLDEST_MAJOR}.${FIRST_MINOR[OLDEST_MAJOR]} or newer (this is ${version}): ` +
    'install it from nodejs.org, or start the broker by `npm run broker`, which brings its own.'
  );
}
