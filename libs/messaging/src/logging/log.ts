/** Where this library's own lines go. */
export interface Log {
  warn(message: string): void;
  debug(message: string): void;
}

const toStandardError = (name: string): Log => ({
  warn: (message) => process.stderr.write(`${name}: ${message}\n`),
  debug: () => undefined,
});

let makeLog: (name: string) => Log = toStandardError;

/** From now on logs are made so. */
export function logWith(make: (name: string) => Log): void {
  makeLog = make;
}

/** The log of a part; what it is made with is asked at its first line. */
export function logOf(name: string): Log {
  let made: Log | undefined;
  const log = (): Log => (made ??= makeLog(name));
  return { warn: (message) => log().warn(message), debug: (message) => log().debug(message) };
}
